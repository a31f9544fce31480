// Reads the `ignore` list: `name`, `kind:name`, `kind:namespace.name`, with `*` for any text. Pure.
import type { ObjectPattern } from '../dialects/contract.ts';

/** One pattern; a dot separates namespace and name only where a kind is given. */
export const parseIgnore = (text: string): ObjectPattern => {
  const colon = text.indexOf(':');
  if (colon < 0) return { name: text };
  const kind = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const dot = rest.indexOf('.');
  return dot < 0 ? { kind, name: rest } : { kind, namespace: rest.slice(0, dot), name: rest.slice(dot + 1) };
};
