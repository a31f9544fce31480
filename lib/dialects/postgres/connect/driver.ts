// One open connection of `pg` as the few calls that a session needs. Opens nothing.
import type { Client, QueryResult, Submittable } from 'pg';
import type { Answer, Driver } from '../session.ts';

/** A script of several statements answers with a list; its last answer stands for it. */
const lastAnswer = (result: QueryResult | readonly QueryResult[]): Answer => {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return {
    rows: last?.rows ?? [],
    fields: last?.fields ?? [],
    rowCount: last?.rowCount ?? null,
    command: last?.command ?? '',
  };
};

const AS_TEXT = { getTypeParser: () => (value: unknown) => value };

/** One at a time, in the order asked: the driver is not made for several questions at once. */
const oneAtATime = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const run = last.then(work, work);
    last = run.catch(() => undefined);
    return run;
  };
};

type Fields = Answer['fields'];

/**
 * Several statements in one message, as a query of one's own (`Submittable`): the driver's keeps every answer until the last has
 * come. The server works on while an answer is heard.
 */
const askAll = (client: Client, text: string, hear: (answer: Answer) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    let fields: Fields = [];
    let rows: unknown[] = [];
    let failed: { readonly error: unknown } | null = null;
    const complete = ({ text: command }: { readonly text: string }): void => {
      const answer = { rows, fields, rowCount: rows.length, command };
      [fields, rows] = [[], []];
      if (failed) return;
      try {
        hear(answer);
      } catch (error) {
        // The connection has more to say; the caller learns of it when that is over.
        failed = { error };
      }
    };
    const fail = (error: unknown): void => {
      failed ??= { error };
      reject(failed.error);
    };
    const query: Submittable & Readonly<Record<string, unknown>> = {
      submit: (connection) => connection.query(text),
      handleRowDescription: (message: { readonly fields: Fields }) => {
        fields = message.fields;
      },
      handleDataRow: (message: { readonly fields: unknown }) => {
        rows.push(message.fields);
      },
      handleCommandComplete: complete,
      handleEmptyQuery: () => undefined,
      handlePortalSuspended: () => undefined,
      handleReadyForQuery: () => (failed ? reject(failed.error) : resolve()),
      handleError: fail,
    };
    client.query(query);
  });

/** What a session needs of an open connection; `end` ends it in bounded time. */
export const driverOf = (client: Client, end: () => Promise<void>): Driver => {
  const inTurn = oneAtATime();
  let lost = false;
  const note = (): void => {
    lost = true;
  };
  client.on('error', note);
  client.on('end', note);
  return {
    isLost: () => lost,
    send: (text, values) =>
      inTurn(async () =>
        lastAnswer(
          await (values && values.length > 0 ? client.query(text, [...values]) : client.query(text)),
        ),
      ),
    sendRaw: (text, values) =>
      inTurn(async () =>
        lastAnswer(
          await client.query({ text, values: [...(values ?? [])], rowMode: 'array', types: AS_TEXT }),
        ),
      ),
    sendAll: (texts, hear) => inTurn(() => askAll(client, texts.join(';\n'), hear)),
    end,
  };
};
