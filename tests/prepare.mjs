// Installs what the tests need of Debian's packages, once, before any test runs: as root on Debian only, and it says so.
// Elsewhere a missing engine is a counted skip, and in CI a failure.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const finds = (command, argv) => spawnSync(command, argv, { stdio: 'ignore' }).status === 0;

/** What is missing, as packages of Debian. */
const missing = () => {
  const packages = [];
  const modules = 'import alembic, psycopg2, pymysql, asyncpg, aiosqlite, flask_migrate';
  if (!existsSync('/usr/lib/postgresql')) packages.push('postgresql', 'postgresql-contrib');
  if (!existsSync('/usr/sbin/mariadbd')) packages.push('mariadb-server');
  if (!existsSync('/usr/sbin/pgbouncer')) packages.push('pgbouncer');
  if (!finds('/usr/bin/python3', ['-c', modules])) {
    packages.push(
      'alembic',
      'python3-psycopg2',
      'python3-psycopg',
      'python3-pymysql',
      'python3-asyncpg',
      'python3-aiosqlite',
      'python3-flask-migrate',
    );
  }
  return packages;
};

/** Two installations at the same time would shut each other out, so no test does it by itself first. */
export const prepare = () => {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  const packages = missing();
  if (packages.length === 0) return;
  console.log(`Installing Debian packages that the tests need: ${packages.join(' ')}`);
  const options = {
    stdio: 'ignore',
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update'], options);
  const { status } = spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  if (status !== 0) console.log('They could not be installed; what needs them is skipped, or fails in CI.');
};
