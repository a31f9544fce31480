// Hazards of what shows another server's rows: its place, its login, its columns. Pure.
import { adjusted } from '../../../risk/index.ts';
import { nodes, textField } from '../parse.ts';
import { plain, type Reader } from './readers.ts';
import { RULES } from './rules.ts';

/** The rows of a foreign table are another server's: only what names the column fails. */
export const foreignTableAltered: Reader = (fields, one) =>
  nodes(fields, 'cmds').flatMap((command) => {
    const subtype = textField(command.fields, 'subtype');
    const name = textField(command.fields, 'name') ?? '';
    if (subtype === 'AT_DropColumn') {
      const hazard = plain(RULES.dropColumn, one, `column ${name}`, `The column ${name} is no longer seen.`);
      return [adjusted(hazard, 'breaking', 'the values are in another server and stay there')];
    }
    if (subtype === 'AT_ChangeOwner')
      return [plain(RULES.grantRevoke, one, 'foreign table', 'The foreign table gets another owner.')];
    if (!/^AT_(AlterColumn)?GenericOptions$/.test(subtype ?? '')) return [];
    return [
      plain(RULES.foreignSource, one, 'foreign table', 'It shows the rows of another place from now on.'),
    ];
  });

const elsewhere =
  (subject: string, message: string): Reader =>
  (_fields, one) => [plain(RULES.foreignSource, one, subject, message)];

/** Readers by the parser's node. */
export const FOREIGN: Readonly<Record<string, Reader>> = {
  AlterForeignServerStmt: elsewhere(
    'server',
    'Its foreign tables show the rows of another place from now on.',
  ),
  AlterFdwStmt: elsewhere('foreign-data wrapper', 'Its foreign tables are read by other means from now on.'),
  AlterUserMappingStmt: elsewhere('user mapping', 'Foreign tables are read with another login from now on.'),
  DropUserMappingStmt: elsewhere('user mapping', 'The role no longer has a login for the foreign tables.'),
};
