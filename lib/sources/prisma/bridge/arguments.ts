// The command line that Prisma's CLI starts its schema engine with, in the forms of Prisma 5, 6 and 7. Pure.
//
// Facts: schema-engine/cli/src/main.rs (5.22, 6.19, 7.10) and the CLI's SchemaEngineCLI.ts, initialize-engine.

/** What is asked of the engine as a program. */
export type BridgeCommand =
  | 'serve'
  | 'version'
  | 'can-connect-to-database'
  | 'create-database'
  | 'drop-database';

export interface BridgeArguments {
  readonly command: BridgeCommand;
  /** Files of the schema, as given. */
  readonly datamodels: readonly string[];
  /** Prisma 7: JSON with the URLs. Prisma 5 and 6: one raw URL, for the commands under `cli`. */
  readonly url: string | null;
  readonly shadowUrl: string | null;
}

const COMMANDS: readonly BridgeCommand[] = ['can-connect-to-database', 'create-database', 'drop-database'];

const textIn = (value: unknown, key: string): string | null => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'string' && found !== '' ? found : null;
};

const datasourceOf = (text: string): Pick<BridgeArguments, 'url' | 'shadowUrl'> => {
  if (!text.startsWith('{')) return { url: text === '' ? null : text, shadowUrl: null };
  const value: unknown = JSON.parse(text);
  return { url: textIn(value, 'url'), shadowUrl: textIn(value, 'shadowDatabaseUrl') };
};

/** Options that take a value which this engine has no use for. */
const IGNORED = /^--(?:enabled-preview-features|extension-types)$/;

/** Reads the arguments behind the program's name. What is not known is passed over, as later CLIs add options. */
export const bridgeArguments = (argv: readonly string[]): BridgeArguments => {
  const datamodels: string[] = [];
  let datasource: Pick<BridgeArguments, 'url' | 'shadowUrl'> = { url: null, shadowUrl: null };
  let command: BridgeCommand = 'serve';
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    const known = COMMANDS.find((name) => name === word);
    if (known) command = known;
    else if (word === '--version' || word === '-V') command = 'version';
    else if (/^(?:--datamodels?|-d)$/.test(word)) {
      at += 1;
      datamodels.push(argv[at] ?? '');
    } else if (word === '--datasource') {
      at += 1;
      datasource = datasourceOf(argv[at] ?? '');
    } else if (IGNORED.test(word)) at += 1;
  }
  return { command, datamodels: datamodels.filter((file) => file !== ''), ...datasource };
};
