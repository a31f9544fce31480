// Words for messages: names from a ledger made harmless for a terminal, and the next commands. Pure.

const MAX_NAME = 120;
const MAX_LISTED = 5;

/** A name from the database or a folder, without control characters and of bounded length. */
export const shown = (name: string, max = MAX_NAME): string => {
  const plain = name
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return plain.length > max ? `${plain.slice(0, max)}...` : plain;
};

/** The first names, and how many more. */
export const listed = (names: readonly string[]): string => {
  const first = names
    .slice(0, MAX_LISTED)
    .map((name) => shown(name))
    .join(', ');
  return names.length > MAX_LISTED ? `${first} and ${names.length - MAX_LISTED} more` : first;
};

/** One word for a POSIX shell. */
const quoted = (text: string): string => {
  const plain = shown(text);
  return /^[\w./@:+-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
};

/** Commands that a person runs next; the caller puts the environment's name where `<env>` stands. */
export const commands = {
  quoted,
  resolveFailed: (id: string): readonly string[] => [
    'See what it left behind:',
    '$ npx zx tasks/recover.ts --env <env>',
    'To go on behind the last statement that is in the database, as the journal and the live schema prove it:',
    `$ npx zx tasks/recover.ts --env <env> --resume ${quoted(id)}`,
    'If nothing of it is in the database (it will run again):',
    `$ npx zx tasks/recover.ts --env <env> --rolled-back ${quoted(id)}`,
    'If all of it is in the database:',
    `$ npx zx tasks/recover.ts --env <env> --applied ${quoted(id)}`,
  ],
  baseline: ['$ npx zx tasks/recover.ts --env <env> --baseline'],
} as const;
