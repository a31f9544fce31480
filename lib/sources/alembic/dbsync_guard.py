"""Lets Python reach the one database that dbsync named and nothing else. Knows drivers only as data from the request."""
import importlib.abc
import importlib.machinery
import inspect
import os
import re
import socket
import sys
from urllib.parse import parse_qsl, quote, unquote, urlsplit

DATABASE_SOCKET = re.compile(r"\.s\.pgsql|my[a-z]*\.sock|mysql|maria", re.I)


class Redirected(BaseException):
    """The project tried to reach another database. Not an Exception, so that no env.py can pass over it."""


class Missing(BaseException):
    """The database file is not there, and a connection would create it."""


class Guard:
    def __init__(self, target, drivers, ports, read_only):
        self.target, self.drivers, self.ports, self.read_only = target, drivers, ports, read_only
        self.refused = None  # set once, never cleared: after a refusal no statement is sent any more
        self.notes = []
        self.local = None
        self.again = None

    def refuse(self, what):
        self.refused = self.refused or what
        raise Redirected(what)

    def check(self):
        if self.refused:
            raise Redirected(self.refused)

    def install(self):
        sys.addaudithook(self._audit)
        sys.meta_path.insert(0, _AfterImport({driver["module"]: driver for driver in self.drivers if driver["functions"]}, self))
        for driver in self.drivers:
            if driver["module"] in sys.modules:
                self.patch(sys.modules[driver["module"]], driver)

    # files -----------------------------------------------------------------------------------------------------------

    def file(self, name):
        """Refuses every file but ours. A missing one is refused too: connecting would create it."""
        text = os.fsdecode(name)
        if text.startswith("file:"):
            text = unquote(text[5:].split("?")[0])
            text = re.sub(r"^//[^/]*", "", text)
        mine = self.target.get("file") if self.target else None
        if mine is None or os.path.realpath(text) != os.path.realpath(mine):
            self.refuse("the file %s" % (text or "(in memory)"))
        if not os.path.exists(mine):
            raise Missing(mine)
        return mine

    # servers ---------------------------------------------------------------------------------------------------------

    def loopback(self, host):
        """The addresses of a literal IP or of localhost; other names count only by their spelling."""
        if host == "localhost" or re.match(r"^[0-9.]+$|:", host):
            return {info[4][0] for info in socket.getaddrinfo(host, None)}
        return set()

    def same_host(self, host):
        mine = self.target.get("host", "")
        if host.lower() == mine.lower():
            return True
        if self.local is None:
            self.local = self.loopback(mine)
        return bool(self.local & self.loopback(host))

    def server(self, given):
        """Compares host, port, socket and database with ours; every spelling that a driver knows."""
        def pick(*names):
            return next((str(given[name]) for name in names if given.get(name) not in (None, "")), "")

        host, port, database = pick("host", "server"), pick("port"), pick("dbname", "database", "db")
        path = pick("unix_socket")
        where = "%s:%s/%s" % (path or host or "(default host)", port or "(default port)", database or "(default)")
        mine = self.target or {}
        if not mine.get("host") or pick("hostaddr", "service", "read_default_file", "option_files"):
            self.refuse(where)
        if path or mine.get("socket"):
            same = path == mine.get("socket")
        else:
            same = bool(host) and self.same_host(host) and (port or str(mine["default_port"])) == str(mine["port"])
        if not same or database != mine["database"]:
            self.refuse(where)

    def given(self, style, args, kwargs):
        """What a driver's connect call means, as one mapping."""
        values = {key: value for key, value in kwargs.items() if isinstance(value, (str, int))}
        if style == "keywords":
            return dict(zip(("host", "user", "password", "database", "port"), args), **values)
        env = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE", "service": "PGSERVICE"}
        dsn = str(args[0] if args else values.pop("dsn", values.pop("conninfo", "")) or "")
        found = {key: os.environ[name] for key, name in env.items() if os.environ.get(name)}
        if "://" in dsn:
            parts = urlsplit(dsn)
            found.update({"host": parts.hostname or found.get("host", ""), "port": parts.port, "dbname": unquote(parts.path[1:])})
            found.update(parse_qsl(parts.query))
        else:
            found.update((m[1], m[2] if m[3] is None else m[3]) for m in re.finditer(r"(\w+)\s*=\s*('((?:[^'\\]|\\.)*)'|\S+)", dsn))
        if "database" in values:
            values["dbname"] = values.pop("database")
        return dict(found, **values)

    def call(self, driver, args, kwargs):
        self.check()
        if driver["style"] == "file":
            given = args[0] if args else kwargs.get("database", "")
            self.file(given)
        else:
            self.server(self.given(driver["style"], args, kwargs))

    def do_connect(self, dialect, record, cargs, cparams):
        """SQLAlchemy's own event, for every dialect; an unknown driver is refused, as we could not tell where it goes."""
        for driver in self.drivers:
            if driver["driver"] == dialect.driver:
                self.call(driver, cargs, cparams)
                if driver.get("latin") and not str(cparams.get("password", "")).isascii():
                    cparams["password"] = cparams["password"].encode("utf-8")
                self.again = (dialect, cargs, dict(cparams))
                return None
        return self.refuse("a database by the driver %s, which cannot be guarded" % dialect.driver)

    def connect_again(self):
        """A second connection to the same database, to end what the first one does."""
        dialect, cargs, cparams = self.again
        return dialect.connect(*cargs, **cparams)

    # patches ---------------------------------------------------------------------------------------------------------

    def patch(self, module, driver):
        for path in driver["functions"]:
            owner, name = module, path
            if "." in path:
                owner, name = getattr(module, path.split(".")[0], None), path.split(".")[1]
            original = inspect.getattr_static(owner, name, None) if owner else None
            if original is None:
                continue
            if isinstance(original, classmethod):
                setattr(owner, name, classmethod(self._wrap(original.__func__, driver, 1)))
            else:
                setattr(owner, name, self._wrap(original, driver, 0))

    def _wrap(self, original, driver, skip):
        def connect(*args, **kwargs):
            self.call(driver, args[skip:], kwargs)
            if driver["style"] == "file":
                return self._open_file(original, args, kwargs)
            return original(*args, **kwargs)
        connect.__name__ = getattr(original, "__name__", "connect")
        return connect

    def _open_file(self, original, args, kwargs):
        """Opens our file, read-only at the engine where the request only reads, and denies ATTACH of any other."""
        mode = "ro" if self.read_only else "rw"
        kwargs.pop("database", None)
        uri = "file:%s?mode=%s" % (quote(os.path.realpath(self.target["file"])), mode)
        connection = original(uri, *args[1:], **dict(kwargs, uri=True))

        def authorize(action, first, *_rest):
            if action == 24 and first not in ("", None):  # SQLITE_ATTACH; VACUUM attaches a nameless file
                self.refused = self.refused or "the file %s, by ATTACH" % first
                return 1
            return 0
        connection.set_authorizer(authorize)
        return connection

    def _audit(self, event, args):
        if event == "sqlite3.connect":
            self.file(args[0])
        elif event == "socket.connect":
            self._socket(args[1])

    def _socket(self, address):
        mine = self.target or {}
        if isinstance(address, (str, bytes)):
            path = os.fsdecode(address)
            if DATABASE_SOCKET.search(path) and path != mine.get("socket"):
                self.refuse("the socket %s" % path)
            return
        if not isinstance(address, tuple) or len(address) < 2:
            return
        host, port = str(address[0]), address[1]
        if mine.get("host") and port == mine["port"] and (self.same_host(host) or host in self._resolved()):
            return
        if port in self.ports or self._in_driver():
            self.refuse("%s:%s" % (host, port))
        self.notes.append("Network access to %s:%s was refused." % (host, port))
        raise ConnectionRefusedError("dbsync lets migrations reach their own database only, not %s:%s" % (host, port))

    def _resolved(self):
        try:
            return {info[4][0] for info in socket.getaddrinfo(self.target["host"], None)}
        except OSError:
            return set()

    def _in_driver(self):
        frame, modules = sys._getframe(), {driver["module"].split(".")[0] for driver in self.drivers}
        while frame:
            if frame.f_globals.get("__name__", "").split(".")[0] in modules:
                return True
            frame = frame.f_back
        return False


class _AfterImport(importlib.abc.MetaPathFinder):
    """Patches a driver the moment it has been imported, whoever imports it."""

    def __init__(self, drivers, guard):
        self.drivers, self.guard = drivers, guard

    def find_spec(self, name, path=None, target=None):
        if name not in self.drivers:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec and spec.loader:
            run = spec.loader.exec_module

            def exec_module(module):
                run(module)
                self.guard.patch(module, self.drivers[name])
            spec.loader.exec_module = exec_module
        return spec
