// Finds passwords and tokens in statements. Pure; what it finds is never part of what it says.
import type { Token } from '../sql/index.ts';
import { hazardOf } from './hazard.ts';
import type { Hazard } from './model.ts';
import type { Read } from './reading.ts';
import { processRule } from './rules.ts';

const NAMES =
  /^(?:password|passwd|pwd|passphrase|secret|secret_key|client_secret|access_key|private_key|api_?key|auth_?token|access_?token|token)$/i;
/** Forms that issuers document for their own secret keys, private keys in PEM, and URLs with a password. */
const FORMS = [
  /\b(?:sk|rk)_(?:live|test)_\w{10,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_\w{30,}/,
  /\bxox[abprs]-[\w-]{10,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:[^\s:/@]+@/i,
];
/** Every text in which the rules below can find something; most have nothing of it and are not cut into tokens. */
const MAY_HOLD = /pass|pwd|secret|token|key|identified|[sr]k_|AKIA|gh[pousr]_|xox|-----BEGIN|:\/\//i;
/** Longer strings are data, and scanning them for forms takes time. */
const LONGEST = 20_000;

const isFilled = (token: Token | undefined): boolean =>
  token?.kind === 'string' && (token.value ?? '').length > 0;

/** `PASSWORD 'x'`, `password = 'x'`, `IDENTIFIED BY 'x'`, `IDENTIFIED WITH plugin AS 'x'`. */
const named = (tokens: readonly Token[], position: number): boolean => {
  const token = tokens[position];
  const name =
    token?.kind === 'quoted-identifier' || token?.kind === 'string'
      ? (token.value ?? '')
      : (token?.text ?? '');
  if (token?.kind === 'word' && /^identified$/i.test(name)) {
    return tokens
      .slice(position + 1, position + 6)
      .some((next, index, near) => /^(by|as)$/i.test(next.text) && isFilled(near[index + 1]));
  }
  if (!NAMES.test(name)) return false;
  const next = tokens[position + 1];
  if (token?.kind === 'word' && isFilled(next)) return true;
  return ['=', ':=', '=>'].includes(next?.text ?? '') && isFilled(tokens[position + 2]);
};

const shaped = (token: Token): boolean => {
  const value = token.kind === 'string' ? (token.value ?? '') : '';
  return value.length > 0 && value.length <= LONGEST && FORMS.some((form) => form.test(value));
};

/** One hazard for a statement that holds a secret. */
export const secretHazards = (one: Read): Hazard[] => {
  if (!MAY_HOLD.test(one.reading.text)) return [];
  const { tokens } = one.reading;
  const found = tokens.some((token, position) => named(tokens, position) || shaped(token));
  if (!found) return [];
  const { statement, migration } = one.planned;
  return [
    hazardOf(processRule('x-secret-in-sql'), {
      subject: `statement ${statement.index + 1} of ${migration}`,
      message: 'The statement holds what looks like a password or token in clear text.',
      at: one.planned,
    }),
  ];
};
