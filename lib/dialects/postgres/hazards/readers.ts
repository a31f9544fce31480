// The frame of the readers: how a statement's node becomes hazards. Pure.
import { type Hazard, type HazardRule, hazardOf, type Probe } from '../../../risk/index.ts';
import type { SchemaObject } from '../../../schema/index.ts';
import { nameOf, onTable, type ParsedStatement, type Scene } from './scene.ts';

export type Fields = Readonly<Record<string, unknown>>;
/** Reads one kind of statement. */
export type Reader = (fields: Fields, one: ParsedStatement, scene: Scene) => readonly Hazard[];

/** A hazard of a statement that is about no table of rows. */
export const plain = (rule: HazardRule, one: ParsedStatement, subject: string, message: string): Hazard =>
  hazardOf(rule, { subject, message, at: one.planned });

/** The hazard with the safer way in SQL, where there is one. */
export const rewritten = (hazard: Hazard, rewrite: string | undefined): Hazard =>
  rewrite === undefined ? hazard : { ...hazard, rewrite };

/** The hazard with a question to the live rows, where there is one. */
export const asking = (hazard: Hazard, probe: Probe | undefined): Hazard =>
  probe === undefined ? hazard : { ...hazard, probe };

/** A hazard of a statement on a table that is there. */
export const atTable = (
  scene: Scene,
  rule: HazardRule,
  about: {
    readonly table: SchemaObject;
    readonly one: ParsedStatement;
    readonly message: string;
    readonly rewrite?: string | undefined;
  },
): Hazard =>
  onTable(scene, rule, {
    table: about.table,
    subject: nameOf(about.table),
    message: about.message,
    at: about.one.planned,
    rewrite: about.rewrite,
  });
