// One line of English for one change. Pure; every attribute gets its words from its own name, so nothing is left out.
import type { AttributeChange, Change } from './diff.ts';
import type { SchemaObject, Subject, Value } from './model.ts';

const words = (name: string): string =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('-', ' ')
    .toLowerCase();

/** A control character in a name must not reach the reader's terminal. */
const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const oneLine = (text: string): string => {
  const folded = printable(text.replaceAll(/\s+/g, ' ').trim());
  return folded.length > 100 ? `${folded.slice(0, 97)}...` : folded;
};

const show = (value: Value | undefined): string => {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'string') return oneLine(value) || "''";
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return `(${oneLine(value.join(', '))})`;
  return oneLine(JSON.stringify(value));
};

const qualified = (subject: { namespace: string | null; name: string }): string =>
  printable(subject.namespace ? `${subject.namespace}.${subject.name}` : subject.name);

/** `column users.email`, `table users`, `index users_email_key on users`. */
export const describeSubject = (subject: Subject): string => {
  const kind = words(subject.kind);
  if (!subject.parent) return `${kind} ${qualified(subject)}`;
  const parent = qualified(subject.parent);
  if (subject.kind === 'column') return `column ${parent}.${printable(subject.name)}`;
  return `${kind} ${oneLine(subject.name)} on ${parent}`;
};

const columnDetails = (object: SchemaObject): string => {
  const { type, nullable, default: preset, generated } = object.attributes;
  const parts = [
    // A type's name is a user's too.
    typeof type === 'string' ? printable(type) : '',
    nullable === false ? 'not null' : '',
    preset !== undefined ? `default ${show(preset)}` : '',
    generated !== undefined ? `generated ${show(generated)}` : '',
  ];
  return parts.filter(Boolean).join(' ');
};

const details = (object: SchemaObject): string => {
  if (object.kind === 'column') return columnDetails(object);
  const { columns, unique, references, referencedColumns, expression } = object.attributes;
  if (object.kind === 'foreign-key')
    return `${show(columns)} to ${show(references)} ${show(referencedColumns)}`;
  if (object.kind === 'check') return show(expression);
  if (columns !== undefined) return `${unique === true ? 'unique ' : ''}${show(columns)}`;
  const held = object.children.filter((child) => child.kind === 'column').length;
  return held > 0 ? `with ${held} ${held === 1 ? 'column' : 'columns'}` : '';
};

const attribute = (change: AttributeChange): string => {
  if (change.name === 'nullable') return change.to === false ? 'now not null' : 'now nullable';
  if (change.name === 'definition' || change.name === 'expression') return `${change.name} changed`;
  return `${words(change.name)} ${show(change.from)} -> ${show(change.to)}`;
};

/** The change in one line, such as `add column users.email text not null`. */
export const describeChange = (change: Change): string => {
  const subject = describeSubject(change.subject);
  switch (change.action) {
    case 'create':
      return `${change.subject.parent ? 'add' : 'create'} ${subject} ${details(change.object)}`.trim();
    case 'drop':
      return `drop ${subject}`;
    case 'alter':
      return `change ${subject}: ${change.attributes.map(attribute).join(', ')}`;
    case 'reorder':
      return `reorder the ${words(change.kind)}s of ${subject}: (${oneLine(change.to.join(', '))})`;
  }
};
