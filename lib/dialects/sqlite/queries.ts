// The questions that the inspector asks; few, and never one per table.

/** Everything that the file declares. `sql` is null for indexes that belong to a constraint. */
export const SCHEMA = `
  SELECT type, name, tbl_name AS "table", rootpage, sql
  FROM main.sqlite_schema
  WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  ORDER BY rowid`;

/** https://sqlite.org/pragma.html#pragma_table_list: type table, view, shadow or virtual; WITHOUT ROWID; STRICT. */
export const TABLE_LIST = `
  SELECT name, type, wr AS "withoutRowid", strict
  FROM pragma_table_list
  WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;

/** https://sqlite.org/pragma.html#pragma_table_xinfo for every real table at once. Views and virtual tables may not compile. */
export const COLUMNS = `
  SELECT s.name AS "table", c.name, c.type, c."notnull" AS "notNull", c.dflt_value AS "preset", c.hidden
  FROM main.sqlite_schema AS s JOIN pragma_table_xinfo(s.name, 'main') AS c
  WHERE s.type = 'table' AND s.rootpage <> 0 AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
  ORDER BY s.rowid, c.cid`;

/** The columns of one virtual table; fails where its module is not there. */
export const VIRTUAL_COLUMNS = `
  SELECT ? AS "table", name, type, "notnull" AS "notNull", dflt_value AS "preset", hidden
  FROM pragma_table_xinfo(?, 'main')
  ORDER BY cid`;
