// PostgreSQL as the analysis of texts sees it. Loads no driver and knows no server.
import type { AssumedServer, Offline } from '../contract.ts';
import { DEFAULT_NAMESPACE, edits } from './edits.ts';
import { rules } from './hazards/rules.ts';
import { nodes, parseSql, textField } from './parse.ts';

/** The version whose grammar the parser has. */
const NEWEST: readonly number[] = [18, 0];

const server = (version: string | null): AssumedServer | null => {
  if (version !== null && !/^\d{1,2}(\.\d+)*$/.test(version)) return null;
  return {
    product: 'PostgreSQL',
    version: version?.split('.').map(Number) ?? NEWEST,
    facts: { current_schema: DEFAULT_NAMESPACE },
  };
};

export const offline: Offline = {
  rules,
  defaultNamespace: DEFAULT_NAMESPACE,
  server,
  edits,
  validates: ({ text }) => {
    // Parsing every text twice would take as long as the whole analysis.
    const parsed = /\bVALIDATE\b/i.test(text) ? parseSql(text) : null;
    if (!parsed?.ok) return [];
    return parsed.nodes
      .flatMap((node) => nodes(node.fields, 'cmds'))
      .filter((command) => textField(command.fields, 'subtype') === 'AT_ValidateConstraint')
      .map((command) => textField(command.fields, 'name') ?? '');
  },
};
