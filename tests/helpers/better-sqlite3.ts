// The driver that this Node.js can run, for tests that look at a file past the program.
import { loadDriver } from '../../lib/dialects/sqlite/driver.ts';

export default await loadDriver();
