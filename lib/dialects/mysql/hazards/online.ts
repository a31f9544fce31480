// Hazards of how the server carries an ALTER out: a rebuild where the text looks like a small thing, columns that are not added at
// once, locks that reach further. From the text and the version; the server's own answer is the rehearsal's. Pure.
import {
  adjusted,
  existsBefore,
  fitToTable,
  type Hazard,
  type HazardRule,
  hazardOf,
} from '../../../risk/index.ts';
import { keyObject } from '../edits/keys.ts';
import { type Alter, clauseColumn } from '../scan/alter.ts';
import { type Word, wordsOf } from '../scan/words.ts';
import { RULES } from './rules.ts';
import { type Scene, tableBefore } from './scene.ts';

type Clause = readonly Word[];

const onTable = (
  scene: Scene,
  alter: Pick<Alter, 'planned' | 'table'>,
  rule: HazardRule,
  message: string,
): Hazard =>
  fitToTable(
    hazardOf(rule, { subject: `table ${alter.table}`, message, at: alter.planned }),
    { namespace: null, name: alter.table },
    { ...scene.input, grows: rule.severity === 'blocking' },
  );

const first = (clause: Clause): string => (clause[0]?.kind === 'word' ? clause[0].text : '');

const isMariaDb = (scene: Scene): boolean => scene.input.product === 'MariaDB';

const atLeast = (scene: Scene, wanted: readonly number[]): boolean => {
  for (const [position, number] of wanted.entries()) {
    const own = scene.input.version[position] ?? Number.POSITIVE_INFINITY;
    if (own !== number) return own > number;
  }
  return true;
};

/** Clauses that copy the table whatever else they say (manual, "Online DDL Operations", table operations). */
const REBUILDS =
  /^(FORCE|ENCRYPTION|ENCRYPTED|KEY_BLOCK_SIZE|ORDER|PAGE_COMPRESSED|PAGE_CHECKSUM|TRANSACTIONAL)$/;

/** MySQL alone moves rows by TABLESPACE, and always does; it copies them to prove a virtual column (manual, "ALTER TABLE Statement"). */
const copiesOnMysql = (scene: Scene, clause: Clause): boolean =>
  !isMariaDb(scene) &&
  (first(clause) === 'TABLESPACE' || (first(clause) === 'WITH' && clause[1]?.text === 'VALIDATION'));

/** `ENGINE = InnoDB` of a table that has it is a rebuild by another name (manual, "Online DDL Operations", table operations). */
const keepsEngine = (scene: Scene, alter: Alter, clause: Clause): boolean => {
  const engine = tableBefore(scene, alter.table)?.attributes.engine;
  return (
    first(clause) === 'ENGINE' && String(engine ?? '').toUpperCase() === clause.at(-1)?.text.toUpperCase()
  );
};

/** Columns are moved by a rebuild, except where MariaDB only writes down their order (its manual, "InnoDB Online DDL Operations"). */
const movesColumn = (scene: Scene, clause: Clause): boolean =>
  /^(MODIFY|CHANGE)$/.test(first(clause)) &&
  (clause.at(-1)?.text === 'FIRST' || clause.at(-2)?.text === 'AFTER') &&
  !(isMariaDb(scene) && atLeast(scene, [10, 4]));

const rebuilds = (scene: Scene, alter: Alter): Hazard[] =>
  alter.clauses.flatMap((clause) => {
    const what =
      REBUILDS.test(first(clause)) || copiesOnMysql(scene, clause) || keepsEngine(scene, alter, clause)
        ? first(clause)
        : movesColumn(scene, clause)
          ? 'Another order of columns'
          : clause
                .slice(0, 3)
                .map(({ text }) => text)
                .join(' ') === 'ADD SYSTEM VERSIONING'
            ? 'ADD SYSTEM VERSIONING, behind which every change keeps the old row,'
            : null;
    return what === null
      ? []
      : [onTable(scene, alter, RULES.rowFormat, `${what} rebuilds table ${alter.table}.`)];
  });

/** OPTIMIZE and REPAIR are rebuilds by another name. */
const maintenance = (scene: Scene): Hazard[] =>
  scene.statements.flatMap(({ planned, facts }) =>
    /^(OPTIMIZE|REPAIR)\b/.test(facts.verb)
      ? facts.tables.map(({ name }) =>
          onTable(scene, { planned, table: name }, RULES.rowFormat, `Table ${name} is rebuilt.`),
        )
      : [],
  );

const addsColumn = (clause: Clause): boolean => {
  if (first(clause) !== 'ADD') return false;
  const second = clause[1]?.text ?? '';
  return (
    second === 'COLUMN' ||
    (second !== 'PARTITION' && second !== 'SYSTEM' && keyObject(clause.slice(1)) === null)
  );
};

const saysAlgorithm = (alter: Alter): string | undefined => {
  const at = alter.words.findIndex((word) => word.kind === 'word' && word.text === 'ALGORITHM');
  return at < 0 ? undefined : alter.words.slice(at + 1).find(({ text }) => text !== '=')?.text;
};

const says = (clause: Clause, ...words: readonly string[]): boolean =>
  clause.some(
    (word, at) => word.kind === 'word' && words.every((text, step) => clause[at + step]?.text === text),
  );

/** Clauses that are done at once beside an added column. */
const BESIDE = /^(ALGORITHM|LOCK|RENAME|ALTER|COMMENT|DEFAULT|AUTO_INCREMENT|WAIT|NOWAIT)$/;

/** The words of a default that is a call or stands in parentheses. */
const defaultWords = (clause: Clause): Clause => {
  const start = clause.findIndex((word) => word.kind === 'word' && word.text === 'DEFAULT') + 1;
  let depth = 0;
  const end = clause.findIndex(({ text }, at) => {
    if (start === 0 || at < start) return false;
    depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    return depth === 0 && (text === ')' || clause[at + 1]?.text !== '(');
  });
  return start === 0 || end < 0 ? [] : clause.slice(start, end + 1);
};

const EACH_ANEW = /^(UUID|UUID_SHORT|SYS_GUID|NEXTVAL|NEXT)$/;

/** MariaDB computes one value for all rows of other expressions, and adds the column at once (tried on 10.11). */
const differsByRow = (scene: Scene, alter: Alter, clause: Clause): boolean => {
  const columns = tableBefore(scene, alter.table)?.children.filter(({ kind }) => kind === 'column') ?? [];
  return defaultWords(clause).some(
    (word) =>
      word.kind !== 'string' &&
      (EACH_ANEW.test(word.text) ||
        columns.some(({ name }) => name.toLowerCase() === word.value.toLowerCase())),
  );
};

/** Why the server rebuilds the table for the column; null where it does not. */
const notInstant = (scene: Scene, alter: Alter, clause: Clause): string | null => {
  const at = isMariaDb(scene) ? { last: [10, 3, 2], any: [10, 4] } : { last: [8, 0, 12], any: [8, 0, 29] };
  if (!atLeast(scene, at.last)) return 'this version adds no column at once';
  const placed = clause.at(-1)?.text === 'FIRST' || clause.at(-2)?.text === 'AFTER';
  if (placed && !atLeast(scene, at.any)) return 'this version adds columns at once only in the last place';
  if (isMariaDb(scene) ? differsByRow(scene, alter, clause) : says(clause, 'DEFAULT', '('))
    return 'its default is an expression';
  const other = alter.clauses.find(
    (one) =>
      !addsColumn(one) &&
      !BESIDE.test(first(one)) &&
      !(first(one) === 'DROP' && clauseColumn(one) !== null && atLeast(scene, at.any)),
  );
  if (other)
    return `${other
      .slice(0, 2)
      .map(({ text }) => text)
      .join(' ')} stands in the same ALTER`;
  const table = tableBefore(scene, alter.table);
  return table?.children.some(({ attributes }) => attributes.using === 'fulltext')
    ? 'the table has a full-text index'
    : null;
};

const addedColumns = (scene: Scene, alter: Alter): Hazard[] => {
  const algorithm = saysAlgorithm(alter);
  if (algorithm === 'INSTANT') return [];
  const added = alter.clauses.filter(addsColumn);
  const reason = added.map((clause) => notInstant(scene, alter, clause)).find((found) => found !== null);
  if (reason === undefined) return [];
  const message = `A column of table ${alter.table} is not added at once: ${reason}.`;
  return [onTable(scene, alter, RULES.notInstant, message)];
};

const changesColumns = (alter: Alter): boolean =>
  alter.clauses.some(
    (clause) =>
      addsColumn(clause) ||
      (first(clause) === 'DROP' &&
        clauseColumn(clause) !== null &&
        !/^(INDEX|KEY|FOREIGN|CONSTRAINT|CHECK|PRIMARY|PARTITION|SYSTEM)$/.test(clause[1]?.text ?? '')),
  );

/** Columns that are computed and not stored are not in the file. */
const dropsVirtual = (scene: Scene, { table, clauses }: Alter): boolean =>
  clauses.every((clause) => {
    const found = first(clause) === 'DROP' ? clauseColumn(clause) : null;
    const column = tableBefore(scene, table)?.children.find(({ name }) => name === found?.column);
    return !found || column?.attributes.generatedAs === 'virtual';
  });

const instantFormats = (scene: Scene, alter: Alter): Hazard[] => {
  const algorithm = saysAlgorithm(alter);
  const dropsOnly = alter.clauses.every((clause) => !addsColumn(clause));
  if (dropsOnly && dropsVirtual(scene, alter)) return [];
  if (!changesColumns(alter) || /^(INPLACE|COPY|NOCOPY)$/.test(algorithm ?? '')) return [];
  if (isMariaDb(scene)) {
    return atLeast(scene, [10, 3, 2])
      ? [onTable(scene, alter, RULES.instantFormat, `The file of table ${alter.table} changes its form.`)]
      : [];
  }
  const isEarly = atLeast(scene, [8, 0, 29]) && !atLeast(scene, [8, 0, 32]) && scene.input.version.length > 2;
  const message = `Columns of table ${alter.table} are added or dropped at once, by a version that can damage them.`;
  return isEarly ? [onTable(scene, alter, RULES.instantBugs, message)] : [];
};

/** Tables that a foreign key ties to this one, on either side (MySQL from 8.0 on, manual "Metadata Locking"). */
const tied = (scene: Scene, name: string): readonly string[] =>
  scene.input.before.objects.flatMap((object) =>
    object.children
      .filter(({ kind }) => kind === 'foreign-key')
      .flatMap((key) => {
        const parent = String(key.attributes.references ?? '');
        if (object.name === name) return parent === name ? [] : [parent];
        return parent === name ? [object.name] : [];
      }),
  );

const reachesFurther = (scene: Scene, alter: Alter): Hazard[] => {
  if (isMariaDb(scene) || !existsBefore(scene.input.before, { namespace: null, name: alter.table }))
    return [];
  const others = [...new Set(tied(scene, alter.table))].filter(Boolean);
  if (others.length === 0) return [];
  const message = `The lock on table ${alter.table} reaches ${others.join(', ')} too.`;
  return [
    adjusted(
      onTable(scene, alter, RULES.parentLocked, message),
      'advice',
      'it is short, and the wait for it can be limited',
    ),
  ];
};

/** The server refuses LOCK=NONE where ON ... CASCADE or SET NULL would have to be followed meanwhile (manual, "Online DDL Limitations"). */
const unlocked = (scene: Scene, alter: Alter): Hazard[] => {
  const at = alter.words.findIndex((word) => word.kind === 'word' && word.text === 'LOCK');
  const isNone = at >= 0 && alter.words.slice(at + 1, at + 3).some(({ text }) => text === 'NONE');
  const acts = tableBefore(scene, alter.table)?.children.some(
    ({ kind, attributes }) =>
      kind === 'foreign-key' &&
      /CASCADE|SET NULL/i.test(String(attributes.onDelete ?? attributes.onUpdate ?? '')),
  );
  const message = `Foreign keys of table ${alter.table} change rows by themselves: LOCK=NONE is refused.`;
  return isNone && acts ? [onTable(scene, alter, RULES.lockNone, message)] : [];
};

/** Versions that parse CHECK and forget it (manual, "CHECK Constraints"; MariaDB, "CONSTRAINT"). */
const ignoredChecks = (scene: Scene): Hazard[] => {
  if (atLeast(scene, isMariaDb(scene) ? [10, 2, 1] : [8, 0, 16])) return [];
  return scene.statements.flatMap(({ planned, facts }) => {
    const words = /^(CREATE|ALTER)\b.*TABLE$/.test(facts.verb) ? wordsOf(planned.statement.text) : [];
    const checks = words.some(
      (word, at) => word.kind === 'word' && word.text === 'CHECK' && words[at + 1]?.text === '(',
    );
    const message = 'CHECK is read and ignored.';
    return checks
      ? [
          hazardOf(RULES.checkIgnored, {
            subject: `table ${facts.tables[0]?.name ?? ''}`,
            message,
            at: planned,
          }),
        ]
      : [];
  });
};

/** ALTER IGNORE throws rows away until the key holds (MariaDB, "ALTER TABLE", IGNORE). */
const ignoresDuplicates = (scene: Scene, alter: Alter): Hazard[] => {
  const ignores = alter.words.slice(0, 4).some(({ text }) => text === 'IGNORE');
  const isUnique = alter.clauses.some((clause) => /^ADD$/.test(first(clause)) && says(clause, 'UNIQUE'));
  if (!ignores || !isUnique) return [];
  const message = `IGNORE deletes rows of table ${alter.table} whose values occur more than once.`;
  return [adjusted(onTable(scene, alter, RULES.duplicates, message), 'destructive', 'IGNORE deletes them')];
};

const once = (found: readonly Hazard[]): Hazard[] => {
  const seen = new Set<string>();
  return found.filter(({ code, subject }) => {
    const key = `${code} ${subject}`;
    return seen.has(key) ? false : Boolean(seen.add(key));
  });
};

/** Every hazard of how an ALTER is carried out. */
export const onlineHazards = (scene: Scene): Hazard[] => [
  ...scene.alters.flatMap((alter) => [
    ...rebuilds(scene, alter),
    ...addedColumns(scene, alter),
    ...ignoresDuplicates(scene, alter),
    ...unlocked(scene, alter),
  ]),
  ...once(
    scene.alters.flatMap((alter) => [...instantFormats(scene, alter), ...reachesFurther(scene, alter)]),
  ),
  ...maintenance(scene),
  ...ignoredChecks(scene),
];
