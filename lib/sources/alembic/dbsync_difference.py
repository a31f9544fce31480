"""What autogenerate finds between the models and the database, as one English line and, where it can be said, SQL. Writes nothing."""
import io
import re


def flatten(container):
    for op in container.ops:
        if hasattr(op, "ops"):
            yield from flatten(op)
        else:
            yield op


def altered(op):
    """What an alter column changes, in words."""
    said = []
    if getattr(op, "modify_type", None) is not None:
        said.append("type from %s to %s" % (op.existing_type, op.modify_type))
    if getattr(op, "modify_nullable", None) is not None:
        said.append("to NULL" if op.modify_nullable else "to NOT NULL")
    if getattr(op, "modify_server_default", False) is not False:
        default = getattr(op.modify_server_default, "arg", op.modify_server_default)
        said.append("default to %s" % (default if default is not None else "none"))
    if getattr(op, "modify_comment", False) is not False:
        said.append("its comment")
    return ", ".join(said) or "in a way that Alembic does not name"


def owned(op):
    """What an operation that is about no table names, as alembic_utils (`target`) and alembic_postgresql_enum (`name`) do."""
    names = [getattr(op, "schema", None), getattr(op, "enum_name", None) or getattr(op, "name", None)]
    return str(getattr(getattr(op, "target", None), "identity", None) or ".".join(filter(None, names)))


def describe(op):
    """One line for one operation; an unknown one by its class."""
    verb = re.sub(r"(?<!^)(?=[A-Z])", " ", type(op).__name__.replace("Op", "")).lower()
    table = getattr(op, "table_name", None) or getattr(op, "source_table", None)
    table = table and ".".join(filter(None, [getattr(op, "schema", None), table]))
    if not table:  # an operation of another package: a type, a function, a view
        return " ".join(filter(None, [verb, owned(op)]))
    column = getattr(op, "column", None)
    if column is not None and hasattr(column, "type"):
        return "%s %s.%s %s%s" % (verb, table, column.name, column.type, "" if column.nullable else " NOT NULL")
    if verb == "alter column":
        return "change %s.%s: %s" % (table, op.column_name, altered(op))
    if getattr(op, "column_name", None):
        return "%s %s.%s" % (verb, table, op.column_name)
    name = getattr(op, "index_name", None) or getattr(op, "constraint_name", None)
    parts = [str(getattr(part, "name", part)) for part in getattr(op, "columns", None) or []]
    if verb == "create table":
        return "%s %s (%s)" % (verb, table, ", ".join(part for part in parts if part != "None"))
    if name or "constraint" in verb or "key" in verb:
        return "%s %s on %s%s" % (verb, name or "(unnamed)", table, " (%s)" % ", ".join(parts) if parts else "")
    return "%s %s" % (verb, table)


def sql_of(op, context):
    """The SQL of one operation, without sending it; None where the database has no such statement."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    simple = type(op).__name__ in ("CreateTableOp", "DropTableOp", "AddColumnOp", "CreateIndexOp", "DropIndexOp")
    if not simple and not context.dialect.supports_alter:
        return None
    buffer = io.StringIO()
    try:
        offline = MigrationContext.configure(dialect=context.dialect, opts={"as_sql": True, "output_buffer": buffer})
        Operations(offline).invoke(op)
    except Exception:  # an operation that needs the live table
        return None
    return buffer.getvalue().strip() or None


def difference(config, script, heads, context):
    """Runs autogenerate as `alembic revision --autogenerate` does, env.py's own filters included, and writes no file."""
    from alembic.autogenerate.api import RevisionContext

    names = ("message", "autogenerate", "sql", "head", "splice", "branch_label", "version_path", "rev_id", "depends_on")
    arguments = dict.fromkeys(names, None)
    arguments.update(autogenerate=True, sql=False)
    made = RevisionContext(config, script, arguments)
    made.run_autogenerate(heads, context)
    found = []
    for item in made.generated_revisions:
        for container in item.upgrade_ops_list:
            found.extend({"text": describe(op), "sql": sql_of(op, context)} for op in flatten(container))
    return found
