// Which database a request is about: from the CLI's arguments, the request's parameters and the schema's datasource block.
// Connects to nothing; the URL stays a secret.
import path from 'node:path';
import { DbsyncError } from '../../../errors/index.ts';
import { openSecret, Secret } from '../../../target/index.ts';
import { engineLine } from '../asked.ts';
import type { EngineLine } from '../engine/index.ts';
import { record } from '../files.ts';
import { lockedProvider } from '../history.ts';
import { type Provider, providerNames, providerOfName, providerOfUrl } from '../providers.ts';
import { type Datasource, datasourceOf, type SchemaFile, type Setting } from '../schema-files.ts';
import type { BridgeArguments } from './arguments.ts';
import { filesOf, type Params } from './requests.ts';

/** The database of one request. */
export interface Place {
  readonly provider: Provider;
  /** Null: the request compares files only. */
  readonly url: Secret | null;
  readonly shadowUrl: Secret | null;
  /** Absolute folder that a relative file is resolved from. */
  readonly root: string;
  /** The build line that the schema's datasource block asks for. */
  readonly line: EngineLine;
}

export interface PlaceInput {
  readonly given: BridgeArguments;
  /** The files of `--datamodels`, by absolute path. */
  readonly datamodels: readonly SchemaFile[];
  readonly params: Params;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

const stringOf = (setting: Setting | null, input: PlaceInput): string | null => {
  if (setting === null) return null;
  if ('literal' in setting) return setting.literal;
  return input.environment[setting.variable] ?? null;
};

/** The sides of a diff, and whatever else a request names a database by. */
const sidesOf = (params: Params): readonly Params[] =>
  [params.from, params.to, params.datasource, params.datasourceType]
    .map(record)
    .filter((side) => side !== null);

const statedUrl = (params: Params): string | null => {
  const stated = sidesOf(params).find((side) => typeof side.url === 'string' && side.url !== '');
  return stated ? String(stated.url) : null;
};

/** The blocks of every schema that the request or the command line brings; a live database's own schema first. */
const blocksOf = (input: PlaceInput): readonly Datasource[] => {
  const { params, datamodels } = input;
  const sides = sidesOf(params);
  const live = sides.filter((side) => side.tag !== 'schemaDatamodel').flatMap(filesOf);
  const declared = sides.filter((side) => side.tag === 'schemaDatamodel').flatMap(filesOf);
  const files = [...live, ...filesOf(params.schema), ...datamodels, ...declared];
  return files.flatMap((file) => datasourceOf(file) ?? []);
};

/** The provider that a migrations folder's lock file names. */
const lockedIn = (params: Params): string | null => {
  const lists = [...sidesOf(params), record(params.migrationsList)];
  const texts = lists.map((list) => record(list?.lockfile)?.content);
  const text = texts.find((content) => typeof content === 'string');
  return typeof text === 'string' ? lockedProvider(text) : null;
};

const unsupported = (stated: string | null): DbsyncError =>
  new DbsyncError('SOURCE_UNSUPPORTED', {
    summary:
      stated === null
        ? 'The schema names no provider, so the database cannot be told.'
        : `dbsync's engine has no provider "${stated}" (it has ${providerNames().join(', ')}).`,
    next: ["Use the project's own Prisma with its native engine for this database."],
  });

const asSecret = (value: string | null): Secret | null => (value === null ? null : new Secret(value));

/** Finds the database. Throws SOURCE_UNSUPPORTED where its provider is none of dbsync's. */
export const placeOf = (input: PlaceInput): Place => {
  const { given, params, cwd } = input;
  const blocks = blocksOf(input);
  const [block] = blocks;
  const fromBlock = blocks
    .map((item) => ({ item, url: stringOf(item.directUrl, input) ?? stringOf(item.url, input) }))
    .find(({ url }) => url !== null);
  const url = statedUrl(params) ?? given.url ?? fromBlock?.url ?? null;
  const ownBlock = url !== null && url === fromBlock?.url ? fromBlock.item : null;
  const stated = block?.provider ?? lockedIn(params);
  const provider =
    (url === null ? undefined : providerOfUrl(url)) ?? (stated === null ? undefined : providerOfName(stated));
  if (!provider) throw unsupported(stated);
  return {
    provider,
    url: asSecret(url),
    shadowUrl: asSecret(
      given.shadowUrl ?? (typeof params.shadowDatabaseUrl === 'string' ? params.shadowDatabaseUrl : null),
    ),
    root: ownBlock ? path.dirname(path.resolve(cwd, ownBlock.file)) : cwd,
    line: engineLine(blocks.some((item) => item.url !== null)),
  };
};

/** One word for a place: requests with the same word share a connection. */
export const placeKey = (place: Place): string =>
  JSON.stringify([place.provider.dialect, place.url && openSecret(place.url), place.root, place.line]);
