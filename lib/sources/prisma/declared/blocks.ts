// The blocks of a Prisma schema: models, enums and their members, as written. It judges nothing: Prisma's own validator has passed
// the text before (wasm.ts). Names are resolved elsewhere.
import { type Token, tokensOf } from './tokens.ts';

export type Expression =
  | { readonly kind: 'string' | 'number' | 'word'; readonly text: string }
  | { readonly kind: 'call'; readonly text: string; readonly args: readonly Argument[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] };

export interface Argument {
  /** Null: by position. */
  readonly name: string | null;
  readonly value: Expression;
}

/** `@unique(map: "x")`, `@@index([a])`, `@db.VarChar(20)`. */
export interface Attribute {
  readonly name: string;
  readonly args: readonly Argument[];
}

/** A field of a model, or a value of an enum (without a type). */
export interface Member {
  readonly name: string;
  /** The type's name; for `Unsupported("x")` the database's own words. */
  readonly type: string;
  readonly unsupported: boolean;
  readonly arity: 'required' | 'optional' | 'list';
  readonly attributes: readonly Attribute[];
  readonly line: number;
}

export interface Block {
  /** `model`, `enum`, `view`, `type`, `datasource`, `generator`; members of the last two are not read. */
  readonly kind: string;
  readonly name: string;
  readonly members: readonly Member[];
  readonly attributes: readonly Attribute[];
  readonly file: string;
}

/** A reader over tokens: the place moves, the tokens do not. */
interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

const peek = (reader: Reader): Token | undefined => reader.tokens[reader.at];
const isSign = (reader: Reader, text: string): boolean => {
  const token = peek(reader);
  return token?.kind === 'sign' && token.text === text;
};
const skipLineEnds = (reader: Reader): void => {
  while (peek(reader)?.kind === 'line-end') reader.at += 1;
};
/** Takes the sign where it stands next. */
const take = (reader: Reader, text: string): boolean => {
  if (!isSign(reader, text)) return false;
  reader.at += 1;
  return true;
};
const word = (reader: Reader): string => {
  const token = peek(reader);
  reader.at += 1;
  return token?.text ?? '';
};

/** What stands between the brackets, separated by commas; line ends within mean nothing. */
const listed = <T>(reader: Reader, close: string, item: () => T): readonly T[] => {
  const items: T[] = [];
  for (;;) {
    skipLineEnds(reader);
    if (take(reader, close) || peek(reader) === undefined) return items;
    if (!take(reader, ',')) items.push(item());
  }
};

const NUMBER = /^-?\d+(?:\.\d+)?$/;

const expression = (reader: Reader): Expression => {
  const token = peek(reader);
  reader.at += 1;
  if (token?.kind === 'sign' && token.text === '[')
    return { kind: 'list', items: listed(reader, ']', () => expression(reader)) };
  const text = token?.text ?? '';
  if (token?.kind === 'string') return { kind: 'string', text };
  if (NUMBER.test(text)) return { kind: 'number', text };
  return take(reader, '(') ? { kind: 'call', text, args: argumentsIn(reader) } : { kind: 'word', text };
};

const argumentsIn = (reader: Reader): readonly Argument[] =>
  listed(reader, ')', () => {
    const next = reader.tokens[reader.at + 1];
    if (peek(reader)?.kind !== 'word' || next?.kind !== 'sign' || next.text !== ':')
      return { name: null, value: expression(reader) };
    const name = word(reader);
    reader.at += 1;
    skipLineEnds(reader);
    return { name, value: expression(reader) };
  });

const attribute = (reader: Reader): Attribute => ({
  name: word(reader),
  args: take(reader, '(') ? argumentsIn(reader) : [],
});

const fieldAttributes = (reader: Reader): readonly Attribute[] => {
  const attributes: Attribute[] = [];
  while (take(reader, '@')) attributes.push(attribute(reader));
  return attributes;
};

const arityOf = (reader: Reader): Member['arity'] => {
  if (take(reader, '[')) {
    take(reader, ']');
    take(reader, '?');
    return 'list';
  }
  return take(reader, '?') ? 'optional' : 'required';
};

const member = (reader: Reader): Member => {
  const line = peek(reader)?.line ?? 0;
  const name = word(reader);
  let type = '';
  let unsupported = false;
  if (peek(reader)?.kind === 'word') {
    type = word(reader);
    if (type === 'Unsupported' && take(reader, '(')) {
      unsupported = true;
      type = word(reader);
      take(reader, ')');
    }
  }
  const arity = arityOf(reader);
  return { name, type, unsupported, arity, attributes: fieldAttributes(reader), line };
};

const skipLine = (reader: Reader): void => {
  while (peek(reader) && peek(reader)?.kind !== 'line-end') reader.at += 1;
};

/** The members and attributes up to the closing brace. */
const bodyOf = (reader: Reader): Pick<Block, 'members' | 'attributes'> => {
  const members: Member[] = [];
  const attributes: Attribute[] = [];
  for (;;) {
    skipLineEnds(reader);
    if (peek(reader) === undefined || take(reader, '}')) return { members, attributes };
    if (take(reader, '@')) {
      take(reader, '@');
      attributes.push(attribute(reader));
    } else members.push(member(reader));
    skipLine(reader);
  }
};

const CONFIGURATION: ReadonlySet<string> = new Set(['datasource', 'generator']);

/** Values of a configuration block hold no brace outside of strings. */
const skipBody = (reader: Reader): void => {
  while (peek(reader) && !take(reader, '}')) reader.at += 1;
};

/** Every block of the file, in order. */
export const blocksOf = (file: { readonly path: string; readonly content: string }): readonly Block[] => {
  const reader: Reader = { tokens: tokensOf(file.content), at: 0 };
  const blocks: Block[] = [];
  for (skipLineEnds(reader); peek(reader); skipLineEnds(reader)) {
    const kind = word(reader);
    const name = word(reader);
    if (!take(reader, '{')) {
      skipLine(reader);
      continue;
    }
    if (CONFIGURATION.has(kind)) {
      skipBody(reader);
      blocks.push({ kind, name, members: [], attributes: [], file: file.path });
    } else blocks.push({ kind, name, ...bodyOf(reader), file: file.path });
  }
  return blocks;
};

/** The value of a named argument, or of the first by position where `positional`; undefined where there is none. */
export const argument = (
  of: { readonly args: readonly Argument[] },
  name: string,
  positional = false,
): Expression | undefined =>
  (
    of.args.find((item) => item.name === name) ??
    (positional ? of.args.find((item) => item.name === null) : undefined)
  )?.value;

/** The text of a string, number or word; undefined for everything else. */
export const textOf = (value: Expression | undefined): string | undefined =>
  value === undefined || value.kind === 'list' || value.kind === 'call' ? undefined : value.text;

/** The values of a list. Prisma takes one value for a list of it: `@@index(a)` (prisma-engines, psl `coerce_array`). */
export const itemsOf = (value: Expression | undefined): readonly Exclude<Expression, { kind: 'list' }>[] =>
  (value?.kind === 'list' ? value.items : value ? [value] : []).flatMap((item) =>
    item.kind === 'list' ? [] : [item],
  );

/** The attribute of that name, without its at signs. */
export const attributeOf = (
  of: { readonly attributes: readonly Attribute[] },
  name: string,
): Attribute | undefined => of.attributes.find((item) => item.name === name);

/** The name in the database: of `@map` or `@@map`, else its own. */
export const databaseName = (of: {
  readonly name: string;
  readonly attributes: readonly Attribute[];
}): string => {
  const map = attributeOf(of, 'map');
  return (map && textOf(argument(map, 'name', true))) ?? of.name;
};
