// Hazards of statements about who may do what, and of settings and streams that reach beyond the migration. Pure.
import { adjusted, type HazardRule } from '../../../risk/index.ts';
import { flag, node, nodes, record, textField } from '../parse.ts';
import { atTable, type Fields, plain, type Reader } from './readers.ts';
import { RULES } from './rules.ts';
import { nameOf, relationOf } from './scene.ts';

const said =
  (rule: HazardRule, subject: string, message: string): Reader =>
  (_fields, one) => [plain(rule, one, subject, message)];

/** A statement about one table, which is a hazard where the table is there. */
const onItsTable =
  (rule: HazardRule, message: (table: string) => string): Reader =>
  (fields, one, scene) => {
    // CREATE and ALTER POLICY call the relation `table`.
    const relation = record(fields, 'relation') ?? record(fields, 'table');
    const table = relationOf(scene, { relation });
    return table ? [atTable(scene, rule, { table, one, message: message(nameOf(table)) })] : [];
  };

/** What the parser calls the options of a role that reach beyond its own tables, or into others' rights. */
const STRONG_ROLE = new Set([
  'superuser',
  'createrole',
  'createdb',
  'isreplication',
  'bypassrls',
  'addroleto',
  'rolemembers',
  'adminmembers',
]);

const isOff = (option: Fields): boolean => {
  const value = node(option, 'arg');
  return value?.type === 'Boolean' && !flag(value.fields, 'boolval');
};

/** A role that may do nothing yet is nobody's access. */
const roleMade: Reader = (fields, one) => {
  const strong = nodes(fields, 'options').filter(
    ({ fields: option }) => STRONG_ROLE.has(textField(option, 'defname') ?? '') && !isOff(option),
  );
  const message = 'A role is made that may do more than log in.';
  return strong.length === 0 ? [] : [plain(RULES.grantRevoke, one, 'role', message)];
};

const functionAltered: Reader = (fields, one) => {
  const option = nodes(fields, 'actions').find((item) => textField(item.fields, 'defname') === 'security');
  if (!option) return [];
  const whose = isOff(option.fields) ? 'its caller' : 'its owner';
  return [plain(RULES.grantRevoke, one, 'function', `It runs with the rights of ${whose} from now on.`)];
};

const databaseAltered: Reader = (fields, one) =>
  nodes(fields, 'options').flatMap(({ fields: option }) => {
    const name = textField(option, 'defname');
    if (name === 'tablespace')
      return [plain(RULES.move, one, 'database', 'The whole database is copied while nobody may use it.')];
    return name === 'allow_connections' || name === 'connection_limit'
      ? [plain(RULES.grantRevoke, one, 'database', 'Others may connect than before.')]
      : [];
  });

/** Settings that change nothing of what later statements mean. */
export const HARMLESS = /_timeout$|^(client_min_messages|application_name|maintenance_work_mem)$/;

/** What RESET ALL and DISCARD ALL do. */
export const ALL_TAKEN_BACK = 'Every setting of the session is taken back, limits on waiting among them.';

const lasting = 'The setting acts on every session that begins from now on.';

/** Readers by the parser's node. */
export const ACCESS: Readonly<Record<string, Reader>> = {
  GrantStmt: said(RULES.grantRevoke, 'privileges', 'Privileges change.'),
  GrantRoleStmt: said(RULES.grantRevoke, 'privileges', 'Membership in a role changes.'),
  AlterOwnerStmt: said(RULES.grantRevoke, 'owner', 'An object gets another owner.'),
  AlterDefaultPrivilegesStmt: said(
    RULES.grantRevoke,
    'default privileges',
    'New objects get other privileges.',
  ),
  AlterRoleStmt: said(RULES.grantRevoke, 'role', 'A role gets other attributes.'),
  DropRoleStmt: said(RULES.grantRevoke, 'role', 'A role is dropped.'),
  ReassignOwnedStmt: said(RULES.grantRevoke, 'owner', 'Everything that the role owns gets another owner.'),
  DropOwnedStmt: said(
    RULES.dropCascade,
    'role',
    'Everything that the role owns in this database is dropped.',
  ),
  CreatePolicyStmt: onItsTable(
    RULES.grantRevoke,
    (table) => `A policy of ${table} decides which rows are seen and written.`,
  ),
  AlterPolicyStmt: onItsTable(
    RULES.dropPolicy,
    (table) => `A policy of ${table} shows other rows than before.`,
  ),
  CreateEventTrigStmt: said(RULES.triggerDdl, 'event trigger', 'It runs at every DDL statement.'),
  AlterEventTrigStmt: (fields, one) =>
    textField(fields, 'tgenabled') === 'D'
      ? [plain(RULES.dropRoutine, one, 'event trigger', 'What it did no longer happens.')]
      : [plain(RULES.triggerDdl, one, 'event trigger', 'It runs at other DDL statements than before.')],
  CreateRoleStmt: roleMade,
  AlterFunctionStmt: functionAltered,
  AlterDatabaseStmt: databaseAltered,
  DiscardStmt: (fields, one) =>
    textField(fields, 'target') === 'DISCARD_ALL'
      ? [plain(RULES.settingLeak, one, 'session', ALL_TAKEN_BACK)]
      : [],
  AlterRoleSetStmt: said(RULES.settingLeak, 'role setting', lasting),
  AlterDatabaseSetStmt: said(RULES.settingLeak, 'database setting', lasting),
  AlterSystemStmt: said(
    RULES.settingLeak,
    'server setting',
    'The setting acts on every database of the server.',
  ),
  CreatePublicationStmt: said(
    RULES.published,
    'publication',
    'Tables are published: UPDATE and DELETE on one without a replica identity fail from now on.',
  ),
  AlterPublicationStmt: said(RULES.published, 'publication', 'Other tables are published than before.'),
  CreateSubscriptionStmt: said(
    RULES.published,
    'subscription',
    'Rows of another server arrive in its tables from now on, also where they hold rows.',
  ),
  DropSubscriptionStmt: said(RULES.published, 'subscription', 'What it received no longer arrives.'),
  AlterSubscriptionStmt: said(RULES.published, 'subscription', 'It receives something else than before.'),
  CreateExtensionStmt: (fields, one, scene) => {
    const name = textField(fields, 'extname') ?? '';
    if (scene.major >= 13 && TRUSTED.has(name)) return [];
    const hazard = plain(
      RULES.extensionPrivilege,
      one,
      `extension ${name}`,
      `${name} is not a trusted extension: only a superuser, or a role that the provider allows, can create it.`,
    );
    return [
      flag(fields, 'if_not_exists')
        ? adjusted(hazard, 'advice', 'IF NOT EXISTS passes over one that is there')
        : hazard,
    ];
  },
};

/** Whoever may create in the database may create these, from 13 on (control files' `trusted = true`; appendix F of the manual). */
const TRUSTED: ReadonlySet<string> = new Set([
  'btree_gin',
  'btree_gist',
  'citext',
  'cube',
  'dict_int',
  'fuzzystrmatch',
  'hstore',
  'intarray',
  'isn',
  'lo',
  'ltree',
  'pg_trgm',
  'pgcrypto',
  'plpgsql',
  'seg',
  'tablefunc',
  'tcn',
  'tsm_system_rows',
  'tsm_system_time',
  'unaccent',
  'uuid-ossp',
]);
