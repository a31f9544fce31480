// The door to Prisma's own reader of schema files (`@prisma/prisma-schema-wasm`): is the text valid, and what does it say. It opens no
// database and downloads nothing.
import { createRequire } from 'node:module';
import { DbsyncError, messageOf } from '../../../errors/index.ts';
import { type SchemaFile, withoutComments } from '../schema-files.ts';

type Reader = typeof import('@prisma/prisma-schema-wasm');

let loaded: Reader | null = null;

/** CommonJS that compiles its WebAssembly when it is loaded: about 60 ms, only where it is needed. */
const reader = (): Reader => {
  loaded ??= createRequire(import.meta.url)('@prisma/prisma-schema-wasm') as Reader;
  return loaded;
};

const URLS = /^([ \t]*)((?:url|directUrl|shadowDatabaseUrl)[ \t]*=[^\n\r]*)/gm;
const DATASOURCE = /(^|\n)([ \t]*datasource[ \t]+\w+[ \t]*\{)((?:"(?:[^"\\\n]|\\.)*"|[^"}])*)\}/;

/**
 * The schema as the builds since Prisma 7.10 accept it: they reject the URLs that the language of Prisma 5 and 6 demands in the
 * datasource block. Blanks take their place, so that lines stay.
 */
const withoutUrls = (text: string): string => {
  const plain = withoutComments(text);
  const found = DATASOURCE.exec(plain);
  if (!found) return text;
  const start = found.index + (found[1] ?? '').length + (found[2] ?? '').length;
  let result = text;
  for (const match of (found[3] ?? '').matchAll(URLS)) {
    const from = start + match.index + (match[1] ?? '').length;
    const length = (match[2] ?? '').length;
    result = `${result.slice(0, from)}${' '.repeat(length)}${result.slice(from + length)}`;
  }
  return result;
};

const request = (files: readonly SchemaFile[]): string =>
  JSON.stringify({ prismaSchema: files.map((file) => [file.path, withoutUrls(file.content)]) });

/** The words of a refusal, without terminal colours; Prisma throws JSON with `message`. */
const wordsOf = (error: unknown): string => {
  const text = messageOf(error);
  try {
    const value: unknown = JSON.parse(text);
    const message = value !== null && typeof value === 'object' && 'message' in value ? value.message : null;
    return typeof message === 'string' ? message.replaceAll(/\u001b\[[0-9;]*m/g, '') : text;
  } catch {
    return text;
  }
};

/** Prisma's own reading of the files (DMMF, the data model of its client), as JSON. Throws SOURCE_INVALID with Prisma's words. */
export const readByPrisma = (files: readonly SchemaFile[]): unknown => {
  try {
    reader().validate(request(files));
    return JSON.parse(reader().get_dmmf(request(files)));
  } catch (error) {
    throw new DbsyncError('SOURCE_INVALID', {
      summary: 'Prisma does not accept the schema.',
      why: wordsOf(error),
      next: ['$ npx prisma validate'],
      cause: error,
    });
  }
};
