// One suite for every dialect of the registry, on a real engine: what the contract promises, and what tries to break it.
import { dialectNames, loadDialect } from '../../lib/dialects/registry.ts';
import { spec } from '../helpers/spec.ts';
import type { Bench, Part } from './bench.ts';
import { effects } from './effects.ts';
import { ENGINES, type Engine } from './engines.ts';
import { locks } from './locks.ts';
import { names } from './names.ts';
import { pace } from './pace.ts';
import { sessions } from './sessions.ts';
import { shadows } from './shadows.ts';
import { statements } from './statements.ts';

const PARTS: readonly Part[] = [statements, effects, pace, sessions, locks, names, shadows];

const only = process.env.DBSYNC_TEST_DIALECT;
// For work on one dialect or one part: DBSYNC_TEST_DIALECT=postgres DBSYNC_TEST_PART=names.
const partNames = process.env.DBSYNC_TEST_PART;
const dialects = await Promise.all(
  dialectNames()
    .filter((name) => !only || name === only)
    .map((name) => loadDialect(name)),
);

for (const dialect of dialects) {
  const { name } = dialect;
  const kind = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  spec(`conformance: ${dialect.title}`, (tools) => {
    if (!kind)
      return tools.test('has an engine', () => Promise.reject(new Error(`engines.ts has none for ${name}`)));
    const why = kind.missing();
    if (why !== null) return tools.skip('everything', why);
    let started: Engine | null = null;
    tools.before(async () => {
      started = await kind.start();
      if (!started) throw new Error(`no engine for ${name} could be started`);
    });
    tools.after(async () => await started?.stop());
    const engine = (): Engine => {
      if (started) return started;
      throw new Error('the engine is not started');
    };
    const bench: Bench = { dialect, engine };
    for (const part of PARTS.filter((one) => !partNames || one.name === partNames)) part(bench, tools);
  });
}
