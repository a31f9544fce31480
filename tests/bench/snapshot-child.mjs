// One whole snapshot as one process, from the build: starts, connects, inspects, hashes, ends. The URL comes by BENCH_URL.
// usage: node snapshot-child.mjs <dialect> [file for the snapshot]
import { writeFileSync } from 'node:fs';
import { tuneEngine } from '../../dist/lib/cli/engine.js';
import { loadDialect } from '../../dist/lib/dialects/registry.js';
import { fingerprint } from '../../dist/lib/schema/index.js';
import { Secret } from '../../dist/lib/target/index.js';

tuneEngine();
const [name, file] = process.argv.slice(2);
// As the task does: a snapshot analyses no statement.
const dialect = await loadDialect(name, { analyses: false });
const timeouts = { connectMs: 20_000, lockMs: 5000, statementMs: 0, runnerLockMs: 1000, probeMs: 10_000 };
const address = dialect.address(new Secret(process.env.BENCH_URL), '/');
const session = await dialect.connect(address, { mode: 'read', timeouts });
const startedAt = performance.now();
const snapshot = await dialect.inspect(session, { ignore: [] });
const inspectMs = performance.now() - startedAt;
await session.close();
if (file) writeFileSync(file, JSON.stringify(snapshot));
process.stdout.write(
  `${JSON.stringify({ fingerprint: fingerprint(snapshot), objects: snapshot.objects.length, inspectMs })}\n`,
);
