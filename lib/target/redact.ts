// Removes known secrets and anything that looks like credentials in a URL from text that is about to be shown or stored.
import { openSecret, type Secret } from './secret.ts';

export type Redact = (text: string) => string;

const MASK = '***';

/** `scheme://user:password@` in any text, whoever wrote it. */
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/[^\s:@/'"`]*:)[^\s]*?(@)(?=[^\s@]*(?:[\s'"`]|$))/gi;
const KEY_VALUE = /\b(password|passwd|pwd|sslpassword)(\s*=\s*)(?:'[^']*'|"[^"]*"|[^\s&;,'"]+)/gi;

/** The spellings in which one secret can turn up: raw, percent-encoded, JSON-escaped, SQL- and shell-quoted. */
const spellings = (value: string): string[] => {
  let decoded = value;
  try {
    decoded = decodeURIComponent(value);
  } catch {
    // not percent-encoded: the raw form is all there is
  }
  const forms = new Set<string>();
  for (const form of [value, decoded]) {
    forms.add(form);
    forms.add(encodeURIComponent(form));
    forms.add(encodeURI(form));
    forms.add(JSON.stringify(form).slice(1, -1));
    forms.add(form.replaceAll("'", "''"));
    forms.add(form.replaceAll("'", "\\'"));
    forms.add(form.replaceAll('%', '%%'));
  }
  return [...forms].filter((form) => form.length >= 3);
};

/** A function that masks the given secrets, in every spelling, and every URL password. Longest first, so none survives in part. */
export const redactor = (secrets: readonly Secret[]): Redact => {
  const known = [...new Set(secrets.flatMap((secret) => spellings(openSecret(secret))))].sort(
    (a, b) => b.length - a.length,
  );
  return (text) => {
    let clean = text;
    for (const form of known) if (clean.includes(form)) clean = clean.replaceAll(form, MASK);
    // Both patterns are slow to find nothing, and an artifact has tens of thousands of texts; each needs a sign that most lack.
    if (clean.includes('://')) clean = clean.replace(URL_CREDENTIALS, `$1${MASK}$2`);
    return clean.includes('=') ? clean.replace(KEY_VALUE, `$1$2${MASK}`) : clean;
  };
};
