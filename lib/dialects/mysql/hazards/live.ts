// Hazards that only the live server's settings and the size of its tables show: what a long change does to replicas, to the log that an
// online change writes, and on a server that takes no schema statements. Pure.
import { type Hazard, hazardOf, isLarge, tableKey } from '../../../risk/index.ts';
import { CLAIMS } from '../claims.ts';
import { RULES } from './rules.ts';
import type { Scene } from './scene.ts';

const isOn = (value: unknown): boolean => /^(1|ON)$/i.test(String(value));

/** The large tables that a hazard says are worked through, each with the first statement that does it. */
const longChanges = (scene: Scene, found: readonly Hazard[]) => {
  const worked = new Map<string, Scene['statements'][number]['planned']>();
  for (const hazard of found) {
    if (CLAIMS[hazard.code] === undefined || hazard.code === RULES.noAlgorithm.code) continue;
    const one = scene.statements.find(
      ({ planned }) =>
        planned.migration === hazard.migration &&
        planned.statement.file === hazard.file &&
        planned.statement.line === hazard.line,
    );
    const name = one?.facts.tables[0]?.name;
    const size = name === undefined ? undefined : scene.input.sizes.get(tableKey({ namespace: null, name }));
    if (one && name !== undefined && size && isLarge(size) && !worked.has(name))
      worked.set(name, one.planned);
  }
  return [...worked];
};

/** What a long change means for those who copy it, and for those who write meanwhile. */
const ofLongChanges = (scene: Scene, found: readonly Hazard[]): Hazard[] => {
  const { facts } = scene.input;
  return longChanges(scene, found).flatMap(([name, at]) => {
    const limit = facts.innodb_online_alter_log_max_size;
    const lag = `The binary log is on: a replica begins the change of table ${name} when it is over here, and is behind by its duration.`;
    const overflow = `Writes to table ${name} meanwhile are kept in a log of at most ${String(limit)} bytes; where they are more, the change fails at its end.`;
    return [
      ...(isOn(facts.log_bin)
        ? [hazardOf(RULES.replicaLag, { subject: `table ${name}`, message: lag, at })]
        : []),
      ...(typeof limit === 'number'
        ? [hazardOf(RULES.onlineLog, { subject: `table ${name}`, message: overflow, at })]
        : []),
    ];
  });
};

/** Vitess names itself in its version (PlanetScale is one). */
const onVitess = (scene: Scene): Hazard[] => {
  const { version_comment: comment } = scene.input.facts;
  const first = scene.statements.find(({ facts }) => facts.kind === 'ddl');
  if (!first || !/vitess|planetscale/i.test(String(comment ?? ''))) return [];
  const message = `The server is ${String(comment)}: it may refuse schema statements on this branch.`;
  return [hazardOf(RULES.vitess, { subject: 'server', message, at: first.planned })];
};

/** Every hazard of the live server, given those of the statements. */
export const liveHazards = (scene: Scene, found: readonly Hazard[]): Hazard[] => [
  ...ofLongChanges(scene, found),
  ...onVitess(scene),
];
