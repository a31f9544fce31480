// The revision graph: who comes before whom, which heads are wanted, and a drawing of it for people. Pure.
import type { History, Revision } from './answer.ts';

export interface Graph {
  readonly history: History;
  readonly byId: ReadonlyMap<string, Revision>;
}

export const graphOf = (history: History): Graph => ({
  history,
  byId: new Map(history.revisions.map((revision) => [revision.id, revision])),
});

/** The revisions and everything below them, through `down_revision` and `depends_on` alike; unknown ids are left out. */
export const lineage = (graph: Graph, ids: readonly string[]): ReadonlySet<string> => {
  const found = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const revision = graph.byId.get(id);
    if (!revision || found.has(id)) continue;
    found.add(id);
    waiting.push(...revision.parents, ...revision.needs);
  }
  return found;
};

/** Everything strictly below a revision. */
export const below = (graph: Graph, id: string): ReadonlySet<string> => {
  const revision = graph.byId.get(id);
  return lineage(graph, revision ? [...revision.parents, ...revision.needs] : []);
};

/** The rows that Alembic would leave in the ledger for a set of applied revisions: those that no other one implies. */
export const topsOf = (graph: Graph, applied: ReadonlySet<string>): readonly string[] => {
  const implied = new Set([...applied].flatMap((id) => [...below(graph, id)]));
  return graph.history.revisions.map(({ id }) => id).filter((id) => applied.has(id) && !implied.has(id));
};

/** The heads that a stated choice means (`heads`, `branch@head`, an id or its beginning); null where it means none. */
export const chosenHeads = (graph: Graph, choice: string | null): readonly string[] | null => {
  const { heads } = graph.history;
  if (choice === 'heads') return heads;
  if (choice === null || choice === 'head') return heads.length <= 1 ? heads : null;
  const branch = /^(.+)@heads?$/.exec(choice)?.[1];
  const revisions = graph.history.revisions;
  const meant =
    branch === undefined
      ? revisions.filter(({ id }) => id === choice || (choice.length >= 4 && id.startsWith(choice)))
      : revisions.filter(({ head, labels, id }) => head && (labels.includes(branch) || id === branch));
  return meant.length === 1 || (branch !== undefined && meant.length > 0) ? meant.map(({ id }) => id) : null;
};

/** The lanes of the drawing below one revision: its own lane goes on with its first parent, the others open lanes of their own. */
const nextLanes = (lanes: readonly string[], own: number, parents: readonly string[]): string[] => {
  const kept = lanes.filter((_, index) => index !== own);
  const fresh = parents.filter((parent) => !kept.includes(parent));
  return [...kept.slice(0, own), ...fresh, ...kept.slice(own)];
};

const marksOf = (graph: Graph, id: string, rows: readonly string[]): string => {
  const revision = graph.byId.get(id);
  const said = [
    ...(revision?.head ? ['head'] : []),
    ...(rows.includes(id) ? ['database is here'] : []),
    ...(revision?.head ? revision.labels : []),
  ];
  return said.length > 0 ? ` (${said.join(', ')})` : '';
};

/** The line where a lane ends in its neighbour: `| |/`. */
const joint = (lanes: number, own: number): string =>
  Array.from({ length: lanes }, (_, index) => (index === own ? '/' : '|'))
    .join(' ')
    .replace(' /', '/');

/** How many revisions a drawing shows; a long trunk below the branches says nothing more. */
const DRAWN = 40;

/** The newest revisions as lines of text, newest first, with branches as lanes (as `git log --graph` does). */
export const drawGraph = (graph: Graph, rows: readonly string[]): readonly string[] => {
  const newestFirst = graph.history.revisions.toReversed();
  const lines: string[] = [];
  let lanes: string[] = [];
  for (const { id, parents, title } of newestFirst.slice(0, DRAWN)) {
    if (!lanes.includes(id)) lanes = [...lanes, id];
    const own = lanes.indexOf(id);
    const drawn = lanes.map((_, index) => (index === own ? '*' : '|')).join(' ');
    const from = parents.length > 1 ? `, merges ${parents.join(' and ')}` : '';
    lines.push(`${drawn} ${id}${marksOf(graph, id, rows)}${title === '' ? '' : ` ${title}`}${from}`);
    const after = nextLanes(lanes, own, parents);
    if (own > 0 && after.length < lanes.length) lines.push(joint(lanes.length, own));
    lanes = after;
  }
  if (newestFirst.length > DRAWN) lines.push(`  ... ${newestFirst.length - DRAWN} older revisions`);
  return lines;
};
