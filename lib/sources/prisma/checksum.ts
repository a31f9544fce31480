// Whether a migration's text is still the one that was applied. Pure; knows the ledger's checksums and nothing else of it.
import { createHash } from 'node:crypto';

/** `same`: untouched. `layout`: only line ends, a byte order mark or the last line end differ. `edited`: other text. */
export type ChecksumVerdict = 'same' | 'layout' | 'edited';

const BOM = '\uFEFF';

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();

/** Early versions of Prisma printed each byte without its leading zero (schema-connector/src/checksum.rs). */
const spellings = (text: string): readonly string[] => {
  const bytes = digest(text);
  return [bytes.toString('hex'), [...bytes].map((byte) => byte.toString(16)).join('')];
};

/** The texts that a change of layout alone makes of this one. */
const layouts = (text: string): readonly string[] => {
  const bare = text.startsWith(BOM) ? text.slice(1) : text;
  const unix = bare.replaceAll('\r\n', '\n');
  const ends = [unix, `${unix}\n`, unix.replace(/\n$/, '')];
  const lines = [...ends, ...ends.map((form) => form.replaceAll('\n', '\r\n')), bare];
  return [...lines, ...lines.map((form) => BOM + form)];
};

/** Compares a text with the checksum in the ledger. */
export const compareChecksum = (text: string, recorded: string): ChecksumVerdict => {
  const wanted = recorded.trim().toLowerCase();
  if (spellings(text).includes(wanted)) return 'same';
  return layouts(text).some((form) => spellings(form).includes(wanted)) ? 'layout' : 'edited';
};
