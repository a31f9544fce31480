"""Answers the questions of dbsync inside the project's own Python: Alembic stays Alembic, guarded and watched. Opens no other door."""
import os
import sys

sys.dont_write_bytecode = True  # here too: an interpreter may be started so that it ignores its environment
HERE = os.path.dirname(os.path.abspath(__file__))
if sys.path and os.path.abspath(sys.path[0] or ".") == HERE:
    sys.path.pop(0)
sys.path.insert(0, HERE)
import dbsync_difference  # noqa: E402, F401
from dbsync_channel import Channel  # noqa: E402
from dbsync_guard import Guard  # noqa: E402
from dbsync_job import Job, Refusal  # noqa: E402
from dbsync_order import install as keep_order  # noqa: E402
from dbsync_reads import Reads  # noqa: E402
from dbsync_server import Server  # noqa: E402
from dbsync_watch import Watch, sqlstate  # noqa: E402

sys.path.remove(HERE)  # the project must not find our modules, nor they shadow its own
import traceback  # noqa: E402


def versions():
    found = {"python": sys.version.split()[0], "executable": sys.executable}
    for name in ("alembic", "sqlalchemy"):
        try:
            found[name] = __import__(name).__version__
        except ImportError as error:
            found[name] = None
            if error.name != name:  # it is there, and something that it needs is not
                found["broken"] = "%s: %s" % (name, error)
    return found


def frames(error, roots):
    """Where in the project's own files it happened, innermost last; libraries are left out."""
    found = []
    for frame in traceback.extract_tb(error.__traceback__):
        path = os.path.realpath(frame.filename)
        if not frame.filename.startswith("<") and any(path.startswith(root + os.sep) for root in roots) and "site-packages" not in path:
            found.append({"file": path, "line": frame.lineno, "function": frame.name, "code": frame.line})
    return found[-8:]


def failure(error, request, watch):
    kinds = {"Redirected": "redirected", "Missing": "database-missing", "KeyboardInterrupt": "interrupted"}
    kind = getattr(error, "kind", None) or kinds.get(type(error).__name__)
    origin = getattr(error, "orig", None)
    if kind is None and isinstance(error, ImportError):
        kind = "import"
    if kind is None and type(error).__module__.startswith("alembic."):
        kind = "alembic"
    roots = [os.path.realpath(path) for path in request.get("roots", [])]
    return dict(kind=kind or "failed", type=type(error).__name__, message=str(origin if origin is not None else error)[:4000],
                facts=getattr(error, "facts", {}), frames=frames(error, roots), code=sqlstate(origin) if origin else None,
                statement=getattr(error, "statement", None), revision=watch.revision if watch else None)


def answer():
    """One question, in a process of its own: what the project's code leaves behind ends with it."""
    channel, watch, guard, reads = Channel(), None, None, None
    request = channel.request
    os.environ.update(request.get("environment", {}))
    if request.get("reads"):
        reads = Reads(request.get("target"))
        reads.install()
    try:
        found = versions()
        if request["do"] == "versions":
            channel.finish("result", **found)
        if not found["alembic"] or not found["sqlalchemy"]:
            raise Refusal("tool-missing", "Alembic is not installed for %s" % sys.executable)
        guard = Guard(request.get("target"), request["drivers"], request["ports"], request.get("readOnly", False))
        guard.install()
        watch = Watch(channel, guard, request)
        watch.install()
        keep_order()
        job = Job(channel, guard, watch)
        if request["do"] != "history":
            job.enter()
        answer = getattr(job, request["do"])()
        guard.check()
        read = reads.told(guard, channel.scrub) if reads else None
        channel.finish("result", notes=guard.notes, versions=found, reads=read, **answer)
    except BaseException as error:  # the last door: everything becomes one masked event
        parts = failure(error, request, watch)
        if guard and guard.refused:
            parts.update(kind="redirected", message=guard.refused)
        elif channel.cancelled:
            parts.update(kind="interrupted", message=channel.cancelled)
        channel.finish("failed", notes=guard.notes if guard else [], **parts)


if __name__ == "__main__":
    server = Server(answer)
    server.warm(sys.argv[1:])
    del sys.argv[1:]
    server.serve()
    os._exit(0)  # it holds nothing but memory, which takes long to give back piece by piece
