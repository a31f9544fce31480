// Fingerprint: one hash for one canonical schema. Pure.
import { createHash } from 'node:crypto';
import type { SchemaObject, Snapshot, Value } from './model.ts';

/** `sha256:` and 64 hex digits. */
export type Hash = `sha256:${string}`;

const isSorted = (keys: readonly string[]): boolean => {
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return false;
  }
  return true;
};

/** Nearly every name and type: text that JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** Whether the engine's own JSON of a record is the canonical one: sorted keys, and values that hold no record. */
const isFlat = (record: Readonly<Record<string, unknown>>): boolean => {
  let last = '';
  for (const key in record) {
    const value = record[key];
    if (key < last || !(isScalar(value) || (Array.isArray(value) && value.every(isScalar)))) return false;
    last = key;
  }
  return true;
};

/** JSON with sorted keys and without undefined members: the text that is hashed wherever dbsync hashes data. */
export const canonicalJson = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const record = value as Record<string, unknown>;
  if (isFlat(record)) return JSON.stringify(record);
  const keys = Object.keys(record);
  let members = '';
  for (const key of isSorted(keys) ? keys : keys.sort()) {
    const member = record[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${quoted(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
};

/** The same text for an object of a schema, whose members are known. */
const objectJson = ({ attributes, children, kind, name, namespace }: SchemaObject): string =>
  `{"attributes":${canonicalJson(attributes)},"children":[${children.map(objectJson).join(',')}],"kind":${quoted(kind)},"name":${quoted(name)},"namespace":${canonicalJson(namespace)}}`;

/** The hash of a text. */
export const hashText = (text: string): Hash => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** The hash of any JSON value, independent of key order. */
export const hashOf = (value: unknown): Hash => hashText(canonicalJson(value));

/** The first twelve hex digits: enough for a person to name a plan by. */
export const shortHash = (hash: string): string => hash.replace(/^sha256:/, '').slice(0, 12);

const compute = (snapshot: Snapshot): Hash => {
  const hash = createHash('sha256');
  hash.update(snapshot.dialect);
  for (const object of snapshot.objects) hash.update(objectJson(object));
  return `sha256:${hash.digest('hex')}`;
};

/** Snapshots are never changed, and one run asks for the same fingerprint many times. */
const known = new WeakMap<Snapshot, Hash>();

/** The fingerprint of a schema: equal exactly where two databases have the same schema. */
export const fingerprint = (snapshot: Snapshot): Hash => {
  const found = known.get(snapshot) ?? compute(snapshot);
  known.set(snapshot, found);
  return found;
};

/** Whether two attribute values are the same. */
export const sameValue = (a: Value | undefined, b: Value | undefined): boolean =>
  a === b || canonicalJson(a ?? null) === canonicalJson(b ?? null);
