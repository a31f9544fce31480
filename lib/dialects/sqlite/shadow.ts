// Shadow databases: a file of our own name with the target's data, or an empty one. Always droppable, never the target.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DbsyncError } from '../../errors/index.ts';
import type { Secret } from '../../target/index.ts';
import type { Shadow, ShadowRequest } from '../contract.ts';
import { addressOf, parseAddress } from './address.ts';
import { fileExists } from './connect/opening.ts';
import { connect, createFile, fileOf, formatFile } from './connect.ts';
import { instanceOf } from './identify.ts';
import { copyInto, removeFile } from './image.ts';
import { NAME, printable, SHADOW_PREFIX } from './rules.ts';

const unavailable = (summary: string, why: string, cause?: unknown): DbsyncError =>
  new DbsyncError('SHADOW_UNAVAILABLE', {
    summary,
    why,
    next: ['Give a file that does not exist or holds nothing as shadowUrl, or leave shadowUrl out.'],
    ...(cause !== undefined && { cause }),
  });

/** An empty file like the target: page size and encoding decide what fits and how text compares. */
const makeEmpty = async (file: string, request: ShadowRequest): Promise<void> => {
  await createFile(file);
  const { encoding, page_size: pageSize } = request.identity?.facts ?? {};
  if (typeof pageSize === 'number' && typeof encoding === 'string')
    await formatFile(file, pageSize, encoding);
};

const ownFile = async (request: ShadowRequest): Promise<Shadow> => {
  const file = path.join(request.folder, `${SHADOW_PREFIX}${randomUUID()}.db`);
  const copy = request.content === 'copy' && request.target !== null;
  try {
    if (copy && request.target) {
      await copyInto(request.target, file);
    } else {
      await mkdir(request.folder, { recursive: true, mode: 0o700 });
      await makeEmpty(file, request);
    }
  } catch (error) {
    await removeFile(file);
    throw unavailable(
      'No shadow database could be made.',
      `The folder ${printable(request.folder)} did not take it.`,
      error,
    );
  }
  return {
    address: addressOf(file, request.folder),
    description: copy ? 'a copy of the file with its data' : 'an empty file of the same library',
    holdsData: copy,
    caveats: [],
    drop: () => removeFile(file),
  };
};

const assertNotTarget = async (file: string, request: ShadowRequest): Promise<void> => {
  const target = fileOf(request.address);
  const same =
    path.resolve(target) === path.resolve(file) ||
    ((await fileExists(target)) &&
      (await fileExists(file)) &&
      (await instanceOf(target)) === (await instanceOf(file)));
  if (!same) return;
  throw new DbsyncError('SHADOW_IS_TARGET', {
    summary: 'The shadow database is the target itself.',
    why: 'The shadow is written to and dropped.',
    next: [`Name another file as shadowUrl, or leave it out: ${NAME} needs none.`],
  });
};

const assertEmpty = async (file: string, request: ShadowRequest): Promise<void> => {
  const session = await connect(addressOf(file, request.folder), {
    mode: 'read',
    timeouts: request.timeouts,
  });
  try {
    const [row] = await session.query('SELECT count(*) AS objects FROM sqlite_schema');
    if (row?.objects === 0) return;
  } finally {
    await session.close();
  }
  throw unavailable(
    `The shadow database ${printable(file)} is not empty.`,
    "It might be somebody else's, and it would be dropped.",
  );
};

/** The file that the configuration offers; left as it was found. */
const offeredFile = async (url: Secret, request: ShadowRequest): Promise<Shadow> => {
  const root =
    'root' in request.address && typeof request.address.root === 'string'
      ? request.address.root
      : request.folder;
  const { file } = parseAddress(url, root);
  await assertNotTarget(file, request);
  const found = await fileExists(file);
  if (found) await assertEmpty(file, request);
  const original = found ? await readFile(file) : null;
  const copy = request.content === 'copy' && request.target !== null;
  const drop = async (): Promise<void> => {
    await removeFile(file);
    if (original) await writeFile(file, original, { mode: 0o600 });
  };
  try {
    await removeFile(file);
    if (copy && request.target) {
      await copyInto(request.target, file);
    } else {
      await makeEmpty(file, request);
    }
  } catch (error) {
    await drop();
    throw unavailable('The shadow database could not be filled.', 'Its folder did not take it.', error);
  }
  return {
    address: addressOf(file, root),
    description: copy ? 'a copy of the file with its data, at shadowUrl' : 'an empty file at shadowUrl',
    holdsData: copy,
    caveats: [],
    drop,
  };
};

/** Makes a shadow database. Throws SHADOW_UNAVAILABLE, SHADOW_IS_TARGET. */
export const createShadow = (request: ShadowRequest): Promise<Shadow> =>
  request.shadowUrl ? offeredFile(request.shadowUrl, request) : ownFile(request);
