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
        for name in ("begin", "rollback"):
            event.listen(Engine, name, lambda conn, name=name: self.transaction(name))
        event.listen(Engine, "commit", self.committing)

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
        text = spoken(conn.dialect.paramstyle, statement, self.request.get("placeholder") or "?")
        self.statement = {"revision": self.revision or (self.first if ledger else None), "text": text, "ledger": ledger}
        self.channel.ask("statement", **self.statement)

    def after(self, conn, cursor, statement, parameters, context, many):
        if self.statement:
            rows = getattr(cursor, "rowcount", -1)
            done = round((time.monotonic() - self.started) * 1000, 1)
            self.channel.emit("done", rows=rows if isinstance(rows, int) and rows >= 0 else None, durationMs=done,
                              open=in_transaction(conn))
            self.statement = None
        self.guard.check()

    def error(self, context):
        if self.statement:
            self.channel.emit("broke", message=str(context.original_exception), code=sqlstate(context.original_exception),
                              open=in_transaction(context.connection, failed=True))
            self.statement = None

    def committing(self, conn):
        """SQLAlchemy tells of a commit before it sends it, and the engine may still refuse it: told when it is done."""
        dialect, send = conn.dialect, conn.dialect.do_commit

        def commit(connection):
            dialect.__dict__.pop("do_commit", None)
            send(connection)
            self.transaction("commit")
        dialect.do_commit = commit

    def transaction(self, name):
        if self.request.get("watch"):
            # The commit comes after the revision's own end, the begin before its start.
            self.channel.emit("transaction", what=name, revision=self.revision or (None if name == "begin" else self.last))


PLACE = re.compile(r"%(?:%|s|\([^()]*\)s)")


def spoken(style, statement, mark):
    """The statement as the engine writes it: its own placeholders for those that a Python driver replaces, and no doubled percent signs."""
    if style not in ("format", "pyformat"):
        return statement
    places = []

    def put(match):
        if match[0] == "%%":
            return "%"
        if match[0] == "%s" or match[0] not in places:
            places.append(match[0])
        number = len(places) if match[0] == "%s" else places.index(match[0]) + 1
        return mark.replace("1", str(number))
    return PLACE.sub(put, statement)


def in_transaction(conn, failed=False):
    """Whether a transaction is open on the server, as the driver last heard; None where it does not say."""
    try:
        driver = conn.connection.driver_connection
        status = getattr(getattr(driver, "info", None), "transaction_status", None)  # libpq's PQtransactionStatus
        if status is not None:
            return None if status == 4 else status != 0
        for name in ("in_transaction", "is_in_transaction"):
            said = getattr(driver, name, None)
            said = said() if callable(said) else said
            if isinstance(said, bool):
                return said
        if failed:  # MySQL's error packet has no status flags, the answer to a ping has
            if type(driver).__module__.split(".")[0] != "pymysql":
                return None
            driver.ping(reconnect=False)
        status = getattr(driver, "server_status", None)
        return bool(status & 1) if isinstance(status, int) else None  # SERVER_STATUS_IN_TRANS
    except Exception:  # a connection that is gone says nothing
        return None


def sqlstate(error):
    """The engine's own code of a driver's error, wherever the driver keeps it: a number before the standard's vaguer state."""
    first = error.args[0] if getattr(error, "args", None) else None
    if isinstance(first, int):
        return str(first)
    for name in ("pgcode", "sqlstate", "sqlite_errorname"):
        if getattr(error, name, None):
            return str(getattr(error, name))
    return None
