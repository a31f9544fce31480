// The public door, name by name: a change here is a change of the API.
import * as assert from 'uvu/assert';
import * as dbsync from '../lib/index.ts';
import { spec } from './helpers/spec.ts';

spec('exports', ({ test }) => {
  test('the package exports exactly these values', () => {
    assert.equal(Object.keys(dbsync).sort(), ['DbsyncError', 'EXIT', 'createTasks', 'defineConfig']);
  });

  test('the tasks are the phases, in order', () => {
    assert.equal(Object.keys(dbsync.createTasks({ env: 'dev' })), [
      'init',
      'lint',
      'intent',
      'preflight',
      'snapshot',
      'diff',
      'plan',
      'rehearse',
      'approve',
      'apply',
      'verify',
      'sync',
      'status',
      'recover',
    ]);
  });

  test('exit codes are those of the contract', () => {
    assert.equal(dbsync.EXIT, {
      done: 0,
      bug: 1,
      changes: 2,
      precondition: 3,
      notApproved: 4,
      unchanged: 5,
      partial: 6,
      mismatch: 7,
      interrupted: 130,
    });
  });
});
