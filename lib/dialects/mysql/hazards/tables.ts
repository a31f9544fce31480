// Hazards of tables as wholes: engine, storage, partitioning, a missing primary key. From the structure. Pure.
import { adjusted, type Hazard } from '../../../risk/index.ts';
import { type AttributeChange, type Change, describeSubject, type Subject } from '../../../schema/index.ts';
import { RULES } from './rules.ts';
import { finding, type Scene } from './scene.ts';

const tableAttribute = (scene: Scene, subject: Subject, name: string, words: string): Hazard[] => {
  const parts = { subject, table: subject.name, grows: true };
  if (name === 'engine') {
    const message = `${describeSubject(subject)} changes its engine ${words}.`;
    const found = finding(scene, { ...parts, rule: RULES.engine, message });
    // What InnoDB lacks beside the others is no data.
    return [
      /to InnoDB\)$/i.test(words) ? adjusted(found, 'blocking', 'InnoDB keeps what others hold') : found,
    ];
  }
  if (name === 'rowFormat' || name === 'options') {
    return [
      finding(scene, {
        ...parts,
        rule: RULES.rowFormat,
        message: `${describeSubject(subject)} changes its storage ${words}.`,
      }),
    ];
  }
  if (name === 'partitionBy' || name === 'subpartitionBy') {
    return [
      finding(scene, {
        ...parts,
        rule: RULES.partitions,
        message: `${describeSubject(subject)} is partitioned otherwise ${words}.`,
      }),
    ];
  }
  return [];
};

const ofTable = (scene: Scene, change: Change): Hazard[] => {
  const { subject } = change;
  if (change.action === 'alter') {
    const isSame = ({ from, to }: AttributeChange): boolean =>
      String(from).toLowerCase() === String(to).toLowerCase();
    return change.attributes.flatMap((one) =>
      isSame(one)
        ? []
        : tableAttribute(
            scene,
            subject,
            one.name,
            `(${String(one.from ?? 'none')} to ${String(one.to ?? 'none')})`,
          ),
    );
  }
  const isKeyed =
    change.action === 'create' && change.object.children.some(({ kind }) => kind === 'primary-key');
  // Of a table that texts alone name it is not known.
  if (change.action !== 'create' || isKeyed || change.object.attributes.assumed === true) return [];
  const message = `${describeSubject(subject)} is created without a primary key.`;
  return [finding(scene, { rule: RULES.noPrimaryKey, subject, table: subject.name, message })];
};

/** Every hazard of tables that are made or changed. */
export const tableHazards = (scene: Scene): Hazard[] =>
  scene.input.change.changes.flatMap((change) =>
    change.subject.kind === 'table' ? ofTable(scene, change) : [],
  );
