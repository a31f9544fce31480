// Which table is locked, how strongly, by which statement, and about how long: from the statements' effects and the tables' sizes. Pure.
import type { TableEffect, TableSize } from '../dialects/contract.ts';
import type { PlannedBatch, Step } from '../execute/model.ts';
import type { Pace, Work } from '../pace/index.ts';
import type { SchemaObject, Snapshot } from '../schema/index.ts';

/** The strongest lock of the plan on one table. */
export interface LockForecast {
  /** Null: the whole database. */
  readonly table: { readonly namespace: string | null; readonly name: string } | null;
  /** In the engine's words. */
  readonly lock: string;
  readonly blocks: TableEffect['blocks'];
  /** The statement that takes it first; null where the run itself does. */
  readonly step: string | null;
  readonly until: TableEffect['until'] | 'run';
  /** How many statements run while it is held, its own included. */
  readonly statements: number;
  /** An estimate in milliseconds; null where a size is not known. */
  readonly heldMs: number | null;
  /** What the estimate is made of, one line each; empty where the statements only change the catalogue. */
  readonly estimate: readonly string[];
  readonly basis: TableEffect['basis'];
  /** Why the engine could do it in no cheaper way. */
  readonly because: string | null;
}

/** Bytes of a row where the engine does not tell the size of a table. */
const ROW_BYTES = 100;

export interface LockInput {
  readonly batches: readonly PlannedBatch[];
  readonly sizes: readonly TableSize[];
  /** How fast tables are read, indexed and written anew. */
  readonly pace: Pace;
  /** The schema before the plan: locks on what the plan itself makes keep nobody waiting. */
  readonly before: Snapshot;
  /** Measured times by step, where the rehearsal had the rows; they stand for the estimate. */
  readonly durations?: ReadonlyMap<string, number>;
  /** The runner lock keeps every other user out of the database for the whole run. */
  readonly lockExcludesWriters: boolean;
}

interface Cost {
  readonly ms: number | null;
  readonly said: string | null;
}

const same = (
  a: { readonly namespace: string | null; readonly name: string },
  b: { readonly namespace: string | null; readonly name: string },
): boolean =>
  a.name === b.name && (a.namespace === null || b.namespace === null || a.namespace === b.namespace);

const DOES: Readonly<Record<string, string>> = {
  scan: 'reads',
  index: 'builds an index of',
  rewrite: 'writes anew',
  unknown: 'at worst writes anew',
};

const megabytes = (bytes: number): string =>
  bytes < 1_000_000 ? 'less than 1 MB' : `${Math.round(bytes / 1_000_000)} MB`;

/** Work that is not known is taken for the dearest; null where there is none that grows with the table. */
const workOf = ({ work }: TableEffect): Work | null =>
  work === 'none' ? null : work === 'unknown' ? 'rewrite' : work;

/** Reading, also for an index, reads the rows alone; what writes a table anew makes its indexes anew too. */
const bytesFor = (work: Work, { rows, bytes, dataBytes }: TableSize): number => {
  const whole = bytes ?? rows * ROW_BYTES;
  return work === 'rewrite' ? whole : (dataBytes ?? whole);
};

/** `200 MB/s, measured`; a rate of which only a part was measured says which. */
const rateSaid = (work: Work, { rates, read, trial }: Pace): string => {
  const how =
    read === null ? 'stated' : work === 'scan' || trial !== null ? 'measured' : 'measured for reading only';
  return `${rates[work] / 1_000_000} MB/s, ${how}`;
};

const sizeOf = (effect: TableEffect, sizes: readonly TableSize[]): TableSize | undefined =>
  sizes.find((one) => same(one, effect));

/** What one effect costs. */
const costOf = (effect: TableEffect, input: LockInput): Cost => {
  const work = workOf(effect);
  if (work === null) return { ms: 0, said: null };
  const size = sizeOf(effect, input.sizes);
  // A table without a size is not there before the plan, or was not measured.
  if (!size) return { ms: isThere(effect, input.before) ? null : 0, said: null };
  const bytes = bytesFor(work, size);
  return {
    ms: (bytes / input.pace.rates[work]) * 1000,
    said: `${DOES[effect.work] ?? ''} ${effect.name} (${megabytes(bytes)}, at ${rateSaid(work, input.pace)})`,
  };
};

/** The table with the most work that grows with it: the one by which the pace is measured. Null where there is none. */
export const largestWorked = (
  batches: readonly PlannedBatch[],
  sizes: readonly TableSize[],
): TableSize | null => {
  const worked = batches
    .flatMap((batch) => batch.steps.flatMap((step) => step.effects ?? []))
    .filter((effect) => workOf(effect) !== null)
    .flatMap((effect) => sizeOf(effect, sizes) ?? []);
  return worked.reduce<TableSize | null>(
    (most, one) => (most && bytesFor('scan', most) >= bytesFor('scan', one) ? most : one),
    null,
  );
};

const RELATIONS: ReadonlySet<string> = new Set(['table', 'view', 'materialized-view', 'foreign-table']);

const found = (effect: TableEffect, before: Snapshot): SchemaObject | undefined =>
  before.objects.find((object) => RELATIONS.has(object.kind) && same(object, effect));

const isThere = (effect: TableEffect, before: Snapshot): boolean => found(effect, before) !== undefined;

const costsOf = (step: Step, input: LockInput): readonly Cost[] => {
  const measured = input.durations?.get(step.id);
  if (measured !== undefined) {
    const said =
      measured >= 1000 ? `statement ${step.id} took ${Math.round(measured / 1000)} s in the rehearsal` : null;
    return [{ ms: measured, said }];
  }
  return (step.effects ?? []).map((effect) => costOf(effect, input));
};

const sum = (costs: readonly Cost[]): number | null =>
  costs.reduce<number | null>((total, { ms }) => (total === null || ms === null ? null : total + ms), 0);

const sayings = (costs: readonly Cost[]): readonly string[] => [
  ...new Set(costs.flatMap(({ said }) => said ?? [])),
];

/** From the weakest to the strongest. */
const STRENGTH: readonly TableEffect['blocks'][] = ['nothing', 'rows', 'schema', 'writes', 'all'];

const isWorse = (a: LockForecast, b: LockForecast): boolean => {
  const difference = STRENGTH.indexOf(a.blocks) - STRENGTH.indexOf(b.blocks);
  if (difference !== 0) return difference > 0;
  return (a.heldMs ?? Number.POSITIVE_INFINITY) > (b.heldMs ?? Number.POSITIVE_INFINITY);
};

const forecastOf = (effect: TableEffect, steps: readonly Step[], input: LockInput): LockForecast => {
  const costs = steps.flatMap((step) => costsOf(step, input));
  const { lock, blocks, until, basis, because = null } = effect;
  const { namespace, name } = found(effect, input.before) ?? effect;
  return {
    table: { namespace, name },
    lock,
    blocks,
    step: steps[0]?.id ?? null,
    until,
    statements: steps.length,
    heldMs: sum(costs),
    estimate: sayings(costs),
    basis,
    because,
  };
};

/** Every lock of a batch on what was there before, each until its end. */
const inBatch = (batch: PlannedBatch, input: LockInput): readonly LockForecast[] =>
  batch.steps.flatMap((step, index) =>
    (step.effects ?? [])
      .filter((effect) => effect.blocks !== 'nothing' && isThere(effect, input.before))
      .map((effect) =>
        forecastOf(effect, effect.until === 'transaction' ? batch.steps.slice(index) : [step], input),
      ),
  );

const wholeDatabase = (input: LockInput): readonly LockForecast[] => {
  const steps = input.batches.flatMap((batch) => batch.steps);
  if (!input.lockExcludesWriters || input.batches.length === 0) return [];
  const costs = steps.flatMap((step) => costsOf(step, input));
  return [
    {
      table: null,
      lock: "the runner's lock",
      blocks: 'all',
      step: null,
      until: 'run',
      statements: steps.length,
      heldMs: sum(costs),
      estimate: sayings(costs),
      basis: input.durations ? 'measured' : 'known',
      because: null,
    },
  ];
};

/** One line for each table, the worst first; the whole database before its tables. */
export const forecastLocks = (input: LockInput): readonly LockForecast[] => {
  const worst = new Map<string, LockForecast>();
  for (const lock of input.batches.flatMap((batch) => inBatch(batch, input))) {
    const key = `${lock.table?.namespace ?? ''}\u0000${lock.table?.name ?? ''}`;
    const known = worst.get(key);
    if (!known || isWorse(lock, known)) worst.set(key, lock);
  }
  // Where nobody else can use the database at all, locks within it say nothing more.
  if (input.lockExcludesWriters) return wholeDatabase(input);
  return [...worst.values()].toSorted((a, b) => (isWorse(a, b) ? -1 : isWorse(b, a) ? 1 : 0));
};
