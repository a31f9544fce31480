"""Reports every statement of every engine at the cursor, before and after it runs. Knows SQLAlchemy's events, no migrations."""
import re
import time


class Watch:
    """Reports every statement of every engine at the cursor, before and after it runs, with the revision that sent it."""

    SILENT = re.compile(r"^\s*(select|pragma|show|describe|with|explain|set)\b", re.I)

    def __init__(self, channel, guard, request):
        self.channel, self.guard, self.request = channel, guard, request
        self.revision = None
        self.last = None
        self.first = None
        self.statement = None
        self.ledger = None
        self.started = 0.0

    def install(self):
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        event.listen(Engine, "do_connect", self.guard.do_connect)
        event.listen(Engine, "connect", self.connected)
        event.listen(Engine, "before_cursor_execute", self.before)
        event.listen(Engine, "after_cursor_execute", self.after)
        event.listen(Engine, "handle_error", self.error)
        for name in ("begin", "commit", "rollback"):
            event.listen(Engine, name, lambda conn, name=name: self.transaction(name))

    def connected(self, connection, record):
        """Limits and, for a read, the engine's own refusal of writes: set before the project can send anything."""
        cursor = connection.cursor()
        for setting in self.request.get("session", []):
            try:
                cursor.execute(setting["sql"])
            except Exception:
                if not setting["optional"]:
                    raise
        cursor.close()
        if hasattr(connection, "commit"):
            connection.commit()  # a SET inside a transaction would vanish with its rollback
        self.channel.cancellers.append(lambda: self.stop(connection))

    def stop(self, connection):
        """Ends what the server does now; a dead client alone would not."""
        for name in ("cancel", "interrupt"):
            if callable(getattr(connection, name, None)):
                return getattr(connection, name)()
        again = self.request.get("kill")
        if again and hasattr(connection, "thread_id"):
            other = self.guard.connect_again()
            other.cursor().execute(again % int(connection.thread_id()))
            return other.close()
        return None

    def before(self, conn, cursor, statement, parameters, context, many):
        self.guard.check()
        self.channel.check()
        moves = re.match(r"^\s*use\s+([`\w$]+)", statement, re.I)
        if moves and moves[1].strip("`") != (self.guard.target or {}).get("database"):
            self.guard.refuse("the database %s, by USE" % moves[1])
        self.started = time.monotonic()
        self.statement = None
        if not self.request.get("watch") or (self.revision is None and self.SILENT.match(statement)):
            return
        ledger = bool(self.ledger and re.search(r"\b%s\b" % re.escape(self.ledger), statement))
        self.statement = {"revision": self.revision or (self.first if ledger else None), "text": statement, "ledger": ledger}
        self.channel.ask("statement", **self.statement)

    def after(self, conn, cursor, statement, parameters, context, many):
        if self.statement:
            rows = getattr(cursor, "rowcount", -1)
            done = round((time.monotonic() - self.started) * 1000, 1)
            self.channel.emit("done", rows=rows if isinstance(rows, int) and rows >= 0 else None, durationMs=done)
            self.statement = None
        self.guard.check()

    def error(self, context):
        if self.statement:
            self.channel.emit("broke", message=str(context.original_exception), code=sqlstate(context.original_exception))
            self.statement = None

    def transaction(self, name):
        if self.request.get("watch"):
            # The commit comes after the revision's own end, the begin before its start.
            self.channel.emit("transaction", what=name, revision=self.revision or (None if name == "begin" else self.last))


def sqlstate(error):
    """The engine's own code of a driver's error, wherever the driver keeps it: a number before the standard's vaguer state."""
    first = error.args[0] if getattr(error, "args", None) else None
    if isinstance(first, int):
        return str(first)
    for name in ("pgcode", "sqlstate", "sqlite_errorname"):
        if getattr(error, name, None):
            return str(getattr(error, name))
    return None
