// Text that becomes a value of another kind: whether each text can be read as one, asked of the rows. Pure.
import { literal, quote } from '../quote.ts';

const TEXT = /^(text|character varying|character)\b/;

/** Kinds of PostgreSQL's own that not every text can be read as; a type of the project's may not be there before the plan. */
const READ =
  /^(jsonb?|uuid|boolean|smallint|integer|bigint|numeric|real|double precision|date|time|timestamp|interval|inet|cidr|macaddr)\b[\w ]*(\([\d,-]+\))?[\w ]*$/;

/**
 * A condition that finds the texts that cannot be read as the type; null where the change is no such reading. From version 16 on the
 * server says so of each text (pg_input_is_valid). Before, no condition can: the first text that cannot be read ends the question, and
 * that it did is the answer.
 */
export const unreadable = (
  column: string,
  { from, to, major }: { readonly from: string; readonly to: string; readonly major: number },
): string | null => {
  if (!TEXT.test(from) || !READ.test(to)) return null;
  const name = quote(column);
  return major >= 16
    ? `NOT pg_input_is_valid(${name}::text, ${literal(to)})`
    : `${name} IS NOT NULL AND ${name}::text::${to} IS NULL`;
};
