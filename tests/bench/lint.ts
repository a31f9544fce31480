// `npm run bench -- lint`: two thousand migration files with ten thousand statements, by their texts alone. Prints, writes nothing.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { dialectNames } from '../../lib/dialects/registry.ts';
import type { Migration } from '../../lib/sources/contract.ts';
import { build, environment, fixed, median, say, sayMachine } from './measures.ts';
import { runPgfence } from './pgfence.ts';

const FILES = 2_000;
/** In every file: what projects write most, in the shares in which they write it. */
const texts =
  (quote: string) =>
  (file: number): readonly string[] => {
    const q = (name: string): string => `${quote}${name}${quote}`;
    const own = `table_${file % 400}`;
    if (file < 400) {
      return [
        `CREATE TABLE ${q(own)} (${q('id')} INTEGER NOT NULL PRIMARY KEY, ${q('name')} VARCHAR(191) NOT NULL, ${q('note')} TEXT, ${q('parent')} INTEGER, ${q('made')} TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`,
        `CREATE INDEX ${q(`${own}_name`)} ON ${q(own)} (${q('name')})`,
        `CREATE UNIQUE INDEX ${q(`${own}_made`)} ON ${q(own)} (${q('made')}, ${q('id')})`,
        `INSERT INTO ${q(own)} (${q('id')}, ${q('name')}) VALUES (1, 'one')`,
        `UPDATE ${q(own)} SET ${q('note')} = 'none' WHERE ${q('note')} IS NULL`,
      ];
    }
    return [
      `ALTER TABLE ${q(own)} ADD COLUMN ${q(`c_${file}`)} INTEGER DEFAULT 0`,
      `ALTER TABLE ${q(own)} ADD COLUMN ${q(`d_${file}`)} TEXT`,
      `CREATE INDEX ${q(`i_${file}`)} ON ${q(own)} (${q(`c_${file}`)})`,
      `UPDATE ${q(own)} SET ${q(`d_${file}`)} = ${q('name')} WHERE ${q('id')} > ${file}`,
      file % 4 === 0
        ? `ALTER TABLE ${q(own)} DROP COLUMN ${q(`c_${file}`)}`
        : `DROP INDEX ${q(`i_${file}`)}${quote === '`' ? ` ON ${q(own)}` : ''}`,
    ];
  };

const historyFor = (dialect: string): readonly Migration[] => {
  const write = texts(dialect === 'mysql' ? '`' : '"');
  return Array.from({ length: FILES }, (_none, file) => {
    const id = `${String(file).padStart(6, '0')}_change`;
    return {
      id,
      file: `migrations/${id}/migration.sql`,
      sql: `${write(file).join(';\n\n')};\n`,
      checksum: '',
    };
  });
};

interface Result {
  readonly statements: number;
  readonly hazards: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  /** Of the whole process, the loading of its modules included. */
  readonly wholeMs: number;
}

const child = path.join(import.meta.dirname, 'lint-child.mjs');

/** The analysis of the build, as an installed package runs it, in a process of its own. */
const inChild = (name: string): Result => {
  const done = spawnSync(process.execPath, [child, name], {
    encoding: 'utf8',
    input: JSON.stringify(historyFor(name)),
    env: environment,
  });
  if (done.status !== 0) throw new Error(`${name}: ${done.stderr}`);
  return JSON.parse(done.stdout);
};

/** The same files of PostgreSQL, read by another linter: whole processes on both sides. */
const benchPeer = (runs: number): void => {
  const results = Array.from({ length: runs }, () => runPgfence(historyFor('postgres'), say));
  const cpu = median(results.map(({ cpuMs }) => cpuMs)) / 1000;
  const peak = median(results.map(({ peakMiB }) => peakMiB));
  say(`pgfence   the files of postgres: ${fixed(cpu, 2)} s CPU with its start, peak ${fixed(peak, 0)} MiB`);
};

/** Each database in a process of its own; medians of the rounds. The clock starts when everything is loaded. */
export const benchLint = async (runs: number): Promise<void> => {
  build();
  sayMachine();
  say(`The texts of ${FILES} migrations, read as a whole history; medians of ${runs} rounds.`);
  for (const name of dialectNames()) {
    const results = Array.from({ length: runs }, () => inChild(name));
    const [first] = results;
    const cpu = median(results.map(({ cpuMs }) => cpuMs)) / 1000;
    const peak = median(results.map(({ peakMiB }) => peakMiB));
    const parts = `${first?.statements ?? 0} statements, ${first?.hazards ?? 0} hazards`;
    const whole = median(results.map(({ wholeMs }) => wholeMs)) / 1000;
    say(
      `${name.padEnd(10)}${parts}: ${fixed(cpu, 2)} s CPU (${fixed(whole, 2)} s with its start), peak ${fixed(peak, 0)} MiB`,
    );
  }
  benchPeer(runs);
};
