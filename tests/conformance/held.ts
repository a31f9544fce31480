// A process of its own that holds what a run holds (the runner lock, or a shadow database) until it is killed. Started by
// dialect.test.ts: `held.ts lock|shadow <dialect>`, with the URL in URL_UNDER_TEST and a folder in FOLDER_UNDER_TEST.
import { loadDialect } from '../../lib/dialects/registry.ts';
import { Secret } from '../../lib/target/index.ts';
import { TIMEOUTS } from './timeouts.ts';

const [what = '', name = ''] = process.argv.slice(2);
const folder = process.env.FOLDER_UNDER_TEST ?? '';
const dialect = await loadDialect(name);
const address = dialect.address(new Secret(process.env.URL_UNDER_TEST ?? ''), '/');
const mode = what === 'lock' ? 'write' : 'read';
const session = await dialect.connect(address, { mode, timeouts: TIMEOUTS });
const wait = (): Promise<void> => {
  process.stdout.write(`held ${process.pid}\n`);
  return new Promise((resolve) => setTimeout(resolve, 60_000));
};

if (what === 'lock') {
  await dialect.withLock(session, { waitMs: 1000, toolLock: null, timeouts: TIMEOUTS }, wait);
} else {
  const identity = await dialect.identify(session);
  await dialect.createShadow({
    content: 'copy',
    target: session,
    address,
    identity,
    timeouts: TIMEOUTS,
    folder,
  });
  await wait();
}
