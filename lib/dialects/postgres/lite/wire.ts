// PostgreSQL's messages on the wire, as far as somebody between a client and a server must read and write them. Knows no socket.
// https://www.postgresql.org/docs/current/protocol-message-formats.html

/** A client's message: its letter, and the whole of it as it came. */
export interface Message {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Cut {
  readonly messages: readonly Message[];
  /** The beginning of a message that is not complete yet. */
  readonly rest: Buffer;
}

/** Longest message that is waited for, in bytes; a script is one message. */
const LONGEST = 256 * 1024 * 1024;

const lengthAt = (bytes: Buffer, offset: number): number => {
  const length = bytes.readInt32BE(offset);
  if (length < 4 || length > LONGEST) throw new RangeError('not a message of the protocol');
  return length;
};

/** Takes complete messages off. Throws RangeError for what is none. */
export const cutMessages = (bytes: Buffer): Cut => {
  const messages: Message[] = [];
  let offset = 0;
  while (bytes.length - offset >= 5) {
    const end = offset + 1 + lengthAt(bytes, offset + 1);
    if (end > bytes.length) break;
    messages.push({
      type: String.fromCharCode(bytes[offset] ?? 0),
      bytes: bytes.subarray(offset, end),
    });
    offset = end;
  }
  return { messages, rest: bytes.subarray(offset) };
};

/** What a client says first; it has no letter. */
export interface Opening {
  /** 196608 is a start (protocol 3.0); others ask for encryption or for a cancellation. */
  readonly code: number;
  readonly params: ReadonlyMap<string, string>;
  readonly rest: Buffer;
}

/** The first message, or null where it is not complete. Throws RangeError. */
export const readOpening = (bytes: Buffer): Opening | null => {
  if (bytes.length < 8) return null;
  const length = lengthAt(bytes, 0);
  if (length < 8 || bytes.length < length)
    return length < 8 ? { code: 0, params: new Map(), rest: bytes } : null;
  const words = bytes.toString('utf8', 8, length).split('\0');
  const params = new Map<string, string>();
  for (let index = 0; index + 1 < words.length && words[index] !== ''; index += 2)
    params.set(words[index] ?? '', words[index + 1] ?? '');
  return { code: bytes.readInt32BE(4), params, rest: bytes.subarray(length) };
};

/** The text of a message: a query, a password, the names and texts of others. */
export const textOf = ({ bytes }: Message): string => bytes.toString('utf8', 5, bytes.length - 1);

const frame = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

/** One text as one query. */
export const queryMessage = (sql: string): Buffer => frame('Q', Buffer.from(`${sql}\0`));

/** Ends what the extended protocol has begun. */
export const SYNC: Buffer = frame('S', Buffer.alloc(0));

/** The first message of a client without wishes. */
export const startMessage = (user: string, database: string): Buffer => {
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
};

/** "Send the password." */
export const ASK_PASSWORD: Buffer = frame('R', Buffer.from([0, 0, 0, 3]));

/** An error that ends the connection, as a server words one. */
export const fatal = (code: string, message: string): Buffer =>
  frame('E', Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`));

/** An error after which the client may go on. */
export const refusal = (code: string, message: string): Buffer =>
  Buffer.concat([
    frame('E', Buffer.from(`SERROR\0VERROR\0C${code}\0M${message}\0\0`)),
    frame('Z', Buffer.from('I')),
  ]);

/** What a server's answer tells. */
export interface Reading {
  /** `I` idle, `T` in a transaction, `E` in a failed one; null: the answer is not its last. */
  readonly status: string | null;
  /** The server waits for rows (COPY FROM STDIN). */
  readonly copying: boolean;
  /** The first column of the first row. */
  readonly value: string | null;
  readonly error: string | null;
}

const errorText = (bytes: Buffer): string =>
  bytes
    .toString('utf8', 5)
    .split('\0')
    .find((field) => field.startsWith('M'))
    ?.slice(1) ?? 'unknown';

const firstValue = (bytes: Buffer): string | null => {
  const length = bytes.readInt32BE(7);
  return length < 0 ? null : bytes.toString('utf8', 11, 11 + length);
};

/** Reads an answer of whole messages. */
export const readAnswer = (answer: Buffer): Reading => {
  let [status, value, error]: (string | null)[] = [null, null, null];
  let copying = false;
  for (const { type, bytes } of cutMessages(answer).messages) {
    if (type === 'Z') status = String.fromCharCode(bytes[5] ?? 0);
    if (type === 'D') value ??= firstValue(bytes);
    if (type === 'E') error ??= errorText(bytes);
    if (type === 'G') copying = true;
  }
  return { status: status ?? null, copying, value: value ?? null, error: error ?? null };
};
