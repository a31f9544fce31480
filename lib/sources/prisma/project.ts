// A project of Prisma 5, 6 or 7, opened for one database. It opens no connection; the sessions are handed in.
import type { Dialect } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import { type Hash, hashOf } from '../../schema/index.ts';
import type { Detection, Ledger, Project, SourceContext, ToolRunner } from '../contract.ts';
import { type Asked, engineLine, migrationList, schemaContainer } from './asked.ts';
import { findConfig } from './config-file.ts';
import { declaredSchema } from './declared/index.ts';
import { deployRunner } from './deploy/runner.ts';
import { writeDraft } from './draft.ts';
import { createEngine, type EngineLine } from './engine/index.ts';
import { type History, readHistory } from './history.ts';
import { inWordsOf } from './join-keys.ts';
import { judge } from './judge.ts';
import { LEDGER_TABLE, type LedgerAccess, readRows } from './ledger.ts';
import { ledgerWriter } from './ledger-writer.ts';
import { findNative } from './native.ts';
import { type Provider, providerOfDialect } from './providers.ts';
import { previewPush } from './push.ts';
import { type Datasource, datasourceIn, readSchema, type Setting } from './schema-files.ts';
import { askVerdict } from './status.ts';
import { uncoveredChange } from './uncovered.ts';
import { versionNumbers } from './versions.ts';

/** The engine builds of package.json, in words. */
const ENGINES: Readonly<Record<EngineLine, string>> = {
  current: 'Prisma schema engine 8.1.0-2, in process',
  six: 'Prisma schema engine 7.1.1-3 (of Prisma 6.19), in process',
};

const LEDGER_OBJECTS = [{ kind: 'table', name: LEDGER_TABLE }];

const named = (setting: Setting | null): string => {
  if (setting === null) return '';
  return 'variable' in setting ? `, url from ${setting.variable}` : ', url written in the schema';
};

/** Throws URL_PROVIDER_MISMATCH where the schema is for another database than the URL. */
const checkProvider = (datasource: Datasource, provider: Provider, dialect: Dialect): void => {
  if (datasource.provider === null || provider.names.includes(datasource.provider)) return;
  throw new DbsyncError('URL_PROVIDER_MISMATCH', {
    summary: `The Prisma schema is for ${datasource.provider}${named(datasource.url)}, but this environment is a ${dialect.title} database.`,
    why: `${datasource.file} says \`provider = "${datasource.provider}"\`; SQL written for one database fails or lies on another.`,
    next: [
      'Choose the environment whose database has that provider, or correct `database` and the URL variable.',
    ],
  });
};

const ledgerOf = (access: LedgerAccess, history: History, context: SourceContext): Ledger => ({
  objects: LEDGER_OBJECTS,
  read: async (session, { targetHasObjects }) => {
    const rows = session ? await readRows(session, access) : null;
    const clean = rows?.map((row) => ({ ...row, logs: row.logs === null ? null : context.redact(row.logs) }));
    return judge({ rows: clean ?? null, history, provider: access.provider, targetHasObjects });
  },
  writer: ledgerWriter(access),
  toolLock: access.provider.toolLock,
});

const filtersOf = async (detection: Detection): Promise<Asked['filters']> => {
  const config = (await findConfig(detection.root))?.config;
  return {
    externalTables: [...(config?.externalTables ?? [])],
    externalEnums: [...(config?.externalEnums ?? [])],
  };
};

const askedOf = async (
  detection: Detection,
  history: History,
  context: SourceContext,
): Promise<{ readonly asked: Asked; readonly datasource: Datasource }> => {
  const provider = providerOfDialect(context.dialect.name);
  const files = await readSchema(detection.root, detection.schema);
  const datasource = datasourceIn(files, detection.schema);
  checkProvider(datasource, provider, context.dialect);
  const line = engineLine(datasource.url !== null);
  const flavour = provider.engine;
  const schema = schemaContainer(detection.root, files);
  const datamodels = schema.files.map((file) => [file.path, file.content] as const);
  const filters = await filtersOf(detection);
  const native = provider.declared
    ? await findNative({ detection, datasource, provider, context, external: filters.externalTables })
    : null;
  const asked: Asked = {
    native,
    engine: flavour && createEngine({ line, flavour, provider, context, datamodels }),
    declared: provider.declared
      ? declaredSchema({
          files,
          foreignKeys: datasource.relationMode !== 'prisma',
          external: filters.externalTables,
          context,
          inspect: { ignore: LEDGER_OBJECTS },
        })
      : null,
    schema,
    list: migrationList(detection, history),
    filters,
    unavailable: `Prisma's in-process engine has no ${provider.title} connector; migrations work without it (files, ledger, rehearsal and proof are dbsync's own).`,
    by: flavour ? ENGINES[line] : "Prisma's schema engine",
    inItsWords: inWordsOf(detection.version),
  };
  return { asked, datasource };
};

/**
 * What the comparison of the schema files with the history depends on: their text, what they leave to others, the project's version
 * of Prisma, and the engine with its own (dbsync's own SQL has dbsync's). A CLI of the project's with an engine of its own is asked each time.
 */
const comparisonOf = (
  { native, declared, schema, filters, by }: Asked,
  { version }: Detection,
): { readonly uncoveredOf?: Hash } =>
  native
    ? {}
    : { uncoveredOf: hashOf({ files: schema.files, filters, version, by: declared ? 'dbsync' : by }) };

/** The project's own CLI, where the configuration hands the run to it. Throws SOURCE_UNSUPPORTED. */
const runnerOf = (
  by: { readonly provider: Provider; readonly history: History; readonly datasource: Datasource },
  detection: Detection,
  context: SourceContext,
): ToolRunner | null => {
  if (context.executor !== 'tool') return null;
  const { provider, history, datasource } = by;
  if (provider.engine)
    return deployRunner({
      root: detection.root,
      context,
      provider,
      history,
      urlInSchema: datasource.url !== null,
    });
  throw new DbsyncError('SOURCE_UNSUPPORTED', {
    summary: `dbsync cannot hand a run to Prisma's own command line on ${provider.title}.`,
    why: "The engine that takes the native one's place has no connector for this database, and a native one does not say what it sends: no statement could be written down before it runs, limited, or stopped before the next. Prisma 7 also hands it the URL, password and all, in the argument list.",
    next: ["Remove `executor: 'tool'` from this environment: dbsync then sends the same files itself."],
  });
};

/** How a run by the CLI differs. */
const handedOver = (detection: Detection): string =>
  `executor: tool. \`prisma migrate deploy\` of the project's own Prisma ${detection.version ?? ''} runs the migrations, with dbsync's engine in the native one's place: it chooses and records them, and each file is sent in the batches of this plan. The ledger's row is not in the same transaction.`;

/** Said in every plan: whose SQL the declared schema is. */
const writtenBy = ({ native }: Asked): string =>
  native
    ? `What the schema declares is compared by ${native.by}; where that may not be asked, dbsync writes it as SQL by itself.`
    : "What the schema declares is written as SQL by dbsync itself: Prisma's engine in process has no connector for this database.";

/** Opens the project for one database. Throws as `Source.open` says. */
export const openProject = async (detection: Detection, context: SourceContext): Promise<Project> => {
  const provider = providerOfDialect(context.dialect.name);
  const history = await readHistory(detection.root, detection.migrations);
  const { asked, datasource } = await askedOf(detection, history, context);
  const { migrations } = history;
  const runner = runnerOf({ provider, history, datasource }, detection, context);
  const rules = context.dialect.scan;
  return {
    detection,
    title: detection.version === null ? 'Prisma (version unknown)' : `Prisma ${detection.version}`,
    migrations,
    filesHash: hashOf(migrations.map(({ id, checksum }) => [id, checksum])),
    ledger: ledgerOf({ dialect: context.dialect, provider }, history, context),
    runner,
    notes: [
      ...(runner ? [handedOver(detection)] : provider.howSent(versionNumbers(detection.version))),
      ...(datasource.schemas.length > 0
        ? [`The schema spans the namespaces ${datasource.schemas.join(', ')}.`]
        : []),
      ...(asked.declared ? [writtenBy(asked)] : []),
    ],
    prepare: async (like) => asked.declared?.prepare(like),
    uncovered: (replayed) => uncoveredChange(asked, replayed, { provider, rules }),
    uncoveredOnTarget: provider.engine !== null,
    uncoveredWrites: provider.engine === null,
    ...comparisonOf(asked, detection),
    push: (session) => previewPush(asked, session),
    verdict: (session) => askVerdict(asked, session),
    createOnly: (replayed, name, at) =>
      writeDraft(
        { asked, detection, provider, rules, dialect: context.dialect, locked: history.lockFile !== null },
        replayed,
        { name, at },
      ),
    warm: () => asked.engine?.warm(),
    close: async () => {
      await asked.engine?.close();
    },
  };
};
