// What a child process prints first; one that ends without a word is an error at once, and not a test that waits for ever.
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

type Speaking = ChildProcess & { readonly stdout: Readable };

/** The first piece of the child's standard output. Throws where the child ends before it. */
export const firstWords = (child: Speaking): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()));
    child.once('exit', (code, signal) => reject(new Error(`it ended without a word: ${signal ?? code}`)));
  });
