// Copies the structure of a database into an empty one, statement by statement as the server itself writes them: no tool needed, no
// data read. Says what it could not copy.
import { messageOf } from '../../../errors/index.ts';
import type { Row, Session } from '../../contract.ts';
import { withoutSchema } from '../inspect/canonical.ts';
import { literal, printable, quote } from '../quote.ts';

export interface CopyRequest {
  /** A reading session of its own on the source: its settings are changed. */
  readonly from: Session;
  /** A writing session on the empty database. */
  readonly to: Session;
  readonly schema: string;
  /** The source's `CURRENT_USER()`: objects of this definer get the copying role as definer. */
  readonly role: string;
  /** Events would run on a server whose scheduler is on. */
  readonly events: boolean;
}

interface Piece {
  readonly what: string;
  readonly name: string;
  /** `SHOW CREATE ...` of it, and the position of the statement in the answer. */
  readonly show: string;
  readonly column: number;
}

/** Names of one kind. */
const names = async (session: Session, sql: string): Promise<readonly string[]> =>
  (await session.raw(sql)).rows.map((row) => String(row[0]));

const piecesOf = (what: string, list: readonly string[], column: number): Piece[] =>
  list.map((name) => ({ what, name, show: `SHOW CREATE ${what.toUpperCase()} ${quote(name)}`, column }));

const withoutOwnDefiner = (sql: string, role: string): string => {
  const at = role.lastIndexOf('@');
  const definer = `DEFINER=${quote(role.slice(0, at))}@${quote(role.slice(at + 1))} `;
  return sql.replace(definer, '');
};

interface Shown {
  readonly sql: string;
  /** The sql_mode that the object was made under, where it remembers one. */
  readonly mode: string | null;
  /** An event's own time zone. */
  readonly timeZone: string;
}

const HAS_MODE = new Set(['procedure', 'function', 'trigger', 'event', 'package', 'package body']);

const show = async (request: CopyRequest, piece: Piece): Promise<Shown> => {
  const { rows } = await request.from.raw(piece.show);
  const row = rows[0] ?? [];
  const sql = row[piece.column];
  if (typeof sql !== 'string' || sql === '') throw new Error('its definition is not visible to this role');
  const mode = HAS_MODE.has(piece.what) ? String(row[1] ?? '') : null;
  const timeZone = piece.what === 'event' ? String(row[2]) : '+00:00';
  const own = withoutOwnDefiner(sql, request.role);
  // A default that draws from a sequence is written with the schema's name, which the copy need not have.
  return { sql: piece.what === 'table' ? withoutSchema(own, request.schema) : own, mode, timeZone };
};

const recreate = async (request: CopyRequest, piece: Piece): Promise<void> => {
  const shown = await show(request, piece);
  // Old tables may hold defaults that a strict mode refuses; they are copied as they are.
  const mode = literal(shown.mode ?? 'NO_AUTO_VALUE_ON_ZERO');
  await request.to.execute(`SET SESSION sql_mode = ${mode}, SESSION time_zone = ${literal(shown.timeZone)}`);
  await request.to.execute(shown.sql);
};

const caveat = (piece: Piece, error: unknown): string =>
  printable(`${piece.what} ${piece.name} could not be copied: ${messageOf(error).split('\n')[0] ?? ''}`);

/** Each once; what fails is said. */
const recreateAll = async (request: CopyRequest, pieces: readonly Piece[]): Promise<string[]> => {
  const failed: string[] = [];
  for (const piece of pieces)
    await recreate(request, piece).catch((error) => failed.push(caveat(piece, error)));
  return failed;
};

/** Views may stand on views: rounds until one round brings nothing new. */
const recreateViews = async (request: CopyRequest, pieces: readonly Piece[]): Promise<string[]> => {
  let open: readonly Piece[] = pieces;
  for (let round = 0; round <= pieces.length; round += 1) {
    const failed: { piece: Piece; error: unknown }[] = [];
    for (const piece of open) await recreate(request, piece).catch((error) => failed.push({ piece, error }));
    if (failed.length === 0) return [];
    if (failed.length === open.length) return failed.map(({ piece, error }) => caveat(piece, error));
    open = failed.map(({ piece }) => piece);
  }
  return [];
};

/** Types of information_schema.TABLES that are tables. */
const tableNames = (rows: readonly Row[], types: readonly string[]): string[] =>
  rows.filter((row) => types.includes(String(row.type))).map((row) => String(row.name));

const settle = async (request: CopyRequest): Promise<void> => {
  await request.from.execute(
    "SET SESSION sql_mode = '', SESSION sql_quote_show_create = 1, SESSION time_zone = '+00:00'",
  );
  await request.to.execute(
    "SET SESSION foreign_key_checks = 0, SESSION unique_checks = 0, SESSION time_zone = '+00:00'",
  );
};

/** Copies sequences, tables, routines, views, triggers and events, in an order that works. Returns what was left out and why. */
export const copyStructure = async (request: CopyRequest): Promise<readonly string[]> => {
  const { from } = request;
  const schema = literal(request.schema);
  await settle(request);
  const rows = await from.query(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema}`,
  );
  const routines = await from.query(
    `SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS type FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${schema} ORDER BY ROUTINE_TYPE`,
  );
  const triggers = await names(
    from,
    `SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${schema}
     ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER`,
  );
  const events = await names(
    from,
    `SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${schema}`,
  );
  const failed = [
    ...(await recreateAll(request, piecesOf('sequence', tableNames(rows, ['SEQUENCE']), 1))),
    ...(await recreateAll(
      request,
      piecesOf('table', tableNames(rows, ['BASE TABLE', 'SYSTEM VERSIONED']), 1),
    )),
    ...(await recreateAll(
      request,
      routines.flatMap((row) => piecesOf(String(row.type).toLowerCase(), [String(row.name)], 2)),
    )),
    ...(await recreateViews(request, piecesOf('view', tableNames(rows, ['VIEW']), 1))),
    ...(await recreateAll(request, piecesOf('trigger', triggers, 2))),
  ];
  if (request.events) failed.push(...(await recreateAll(request, piecesOf('event', events, 3))));
  else
    failed.push(...events.map((name) => printable(`event ${name} was not copied: the server would run it`)));
  return failed;
};
