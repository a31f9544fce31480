// Alembic's own verdict on a database: `current --check-heads`, and autogenerate empty or explained. Reads only.
import type { Session } from '../../dialects/contract.ts';
import { DbsyncError } from '../../errors/index.ts';
import type { ToolVerdict } from '../contract.ts';
import type { DifferenceLine, Inspection } from './answer.ts';
import { BLIND_SPOTS, inspect, lineOf, partsOf } from './autogenerate.ts';
import { chosenHeads, graphOf, lineage, topsOf } from './graph.ts';
import type { Workbench } from './setup.ts';

/** How many of the differences that the plan has already told are told again. */
const SHOWN = 10;

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.toSorted().join() === b.toSorted().join();

/** The rows that the ledger must hold. */
const wantedRows = (bench: Workbench): readonly string[] => {
  const graph = graphOf(bench.history);
  const heads = chosenHeads(graph, bench.context.tool?.head ?? null) ?? bench.history.heads;
  return topsOf(graph, lineage(graph, heads));
};

/** Differences that were known before (the models are ahead of the migrations) explain themselves; others do not. */
const differences = (
  found: Inspection,
  explained: ReadonlySet<string>,
): { readonly known: readonly string[]; readonly fresh: readonly string[] } => {
  const isKnown = (line: DifferenceLine): boolean =>
    partsOf(lineOf(line)).every((part) => explained.has(part));
  const lines = found.difference ?? [];
  return {
    known: lines.filter((line) => isKnown(line)).map(({ text }) => text),
    fresh: lines.filter((line) => !isKnown(line)).map(({ text }) => text),
  };
};

const messagesOf = (
  bench: Workbench,
  found: Inspection,
  explained: ReadonlySet<string>,
): readonly string[] => {
  const { known, fresh } = differences(found, explained);
  const wanted = wantedRows(bench);
  return [
    same(found.rows, wanted)
      ? `The database is at ${found.rows.join(', ') || 'base'}, as the code wants it.`
      : `The database is at ${found.rows.join(', ') || 'base'}, the code wants ${wanted.join(', ') || 'base'}.`,
    ...fresh.map((text) => `Autogenerate finds: ${text}.`),
    ...known.slice(0, SHOWN).map((text) => `Autogenerate finds what no revision covers, as before: ${text}.`),
    ...(known.length > SHOWN
      ? [`Autogenerate finds ${known.length - SHOWN} more differences that no revision covers, as before.`]
      : []),
    ...(found.hasModels ? [] : ['env.py has no target_metadata: autogenerate could not be asked.']),
    ...(found.hasModels && found.difference === null ? ['Autogenerate works at head only: not asked.'] : []),
    ...(found.difference === null ? [] : [`Autogenerate does not see everything: ${BLIND_SPOTS.join(' ')}`]),
  ];
};

/** Asks Alembic. `explained` holds the parts of `uncovered` that were seen before the run. */
export const askVerdict = async (
  bench: Workbench,
  session: Session,
  explained: ReadonlySet<string>,
): Promise<ToolVerdict> => {
  const by = `Alembic ${bench.interpreter.versions.alembic} (current --check-heads, autogenerate)`;
  try {
    const found = await inspect(bench, session, true);
    const against = [
      ...(same(found.rows, wantedRows(bench)) ? [] : ['history' as const]),
      ...(differences(found, explained).fresh.length === 0 ? [] : ['schema' as const]),
    ];
    const status = against.length === 0 ? 'agrees' : 'disagrees';
    return { by, status, against, messages: messagesOf(bench, found, explained) };
  } catch (error) {
    if (!(error instanceof DbsyncError) || error.code === 'SOURCE_REDIRECTED') throw error;
    return {
      by,
      status: 'unavailable',
      against: [],
      messages: [error.message, ...(error.why ? [error.why] : [])],
    };
  }
};
