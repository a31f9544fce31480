"""Holds one warmed Python: each question is a child of its own, forked from a parent that imported Alembic and nothing of the project."""
import codecs
import gc
import importlib
import json
import os
import selectors
import signal

CHUNK = 65536
WARM = ("alembic.command", "alembic.config", "alembic.script", "alembic.runtime.environment", "alembic.autogenerate.api",
        "alembic.ddl", "sqlalchemy.engine", "sqlalchemy.event", "mako.template", "logging.config")


class Child:
    def __init__(self, pid, ask, answer, printed):
        self.pid, self.ask, self.answer, self.printed = pid, ask, answer, printed
        self.partial = b""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a letter may be cut by the end of a chunk


class Server:
    """One thread, so that a fork copies no lock that another thread holds. Lines of all children go over one descriptor."""

    def __init__(self, work):
        self.work = work
        self.input = os.dup(0)
        os.set_inheritable(3, False)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        self.children = {}
        self.waiting = b""
        self.selector = selectors.DefaultSelector()
        self.bell, ring = os.pipe()
        os.set_blocking(self.bell, False)
        os.set_blocking(ring, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ring)
        self.ring = ring

    def warm(self, modules):
        """What does not import here is said by the child that needs it. Nothing of it is garbage, so nothing looks for any."""
        gc.disable()
        for name in WARM + tuple(modules):
            try:
                importlib.import_module(name)
            except Exception:
                continue
        gc.freeze()
        gc.enable()

    def serve(self):
        self.selector.register(self.input, selectors.EVENT_READ, self.hear)
        self.selector.register(self.bell, selectors.EVENT_READ, self.rung)
        while self.input is not None or self.children:
            for key, _ in self.selector.select():
                if key.fd in self.selector.get_map():
                    key.data()

    def send(self, number, name, *values):
        left = b"".join(b'{"n":%d,"%s":%s}\n' % (number, name, value) for value in values)
        while left:
            left = left[os.write(3, left):]

    def hear(self):
        data = os.read(self.input, CHUNK)
        if not data:  # dbsync is gone or done: the children learn it the same way
            self.selector.unregister(self.input)
            self.input = None
            for child in self.children.values():
                self.hang_up(child)
            return
        *lines, self.waiting = (self.waiting + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if message["n"] not in self.children and "ask" in message:
                self.fork(message["n"], message["ask"])
            elif message["n"] in self.children:
                self.tell(self.children[message["n"]], message.get("tell"))

    def tell(self, child, message):
        if child.ask is None:
            return
        if message is None:
            self.hang_up(child)
            return
        left = json.dumps(message).encode() + b"\n"
        try:
            while left:
                left = left[os.write(child.ask, left):]
        except BrokenPipeError:
            self.hang_up(child)

    def hang_up(self, child):
        if child.ask is not None:
            os.close(child.ask)
            child.ask = None

    def fork(self, number, request):
        ask, answer, printed = os.pipe(), os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            self.become(ask[0], answer[1], printed[1], (ask[1], answer[0], printed[0]))
        for end in (ask[0], answer[1], printed[1]):
            os.close(end)
        child = self.children[number] = Child(pid, ask[1], answer[0], printed[0])
        for end, hear in ((child.answer, self.answered), (child.printed, self.said)):
            os.set_blocking(end, False)
            self.selector.register(end, selectors.EVENT_READ, lambda hear=hear: hear(number, child))
        self.send(number, b"pid", b"%d" % pid)
        self.tell(child, request)

    def become(self, ask, answer, printed, ends):
        """In the child: nothing of the parent and of other children stays open, so that each sees the other's end."""
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.selector.close()
            others = [end for child in self.children.values() for end in (child.ask, child.answer, child.printed) if end is not None]
            for end in (self.input, self.bell, self.ring, *ends, *others):
                os.close(end)
            os.dup2(ask, 0)
            os.dup2(printed, 2)
            os.dup2(answer, 3)
            for end in {ask, answer, printed} - {0, 2, 3}:
                os.close(end)
            self.work()
        finally:
            os._exit(70)

    def read(self, end):
        try:
            return os.read(end, CHUNK)
        except BlockingIOError:
            return None

    def deafen(self, end):
        """Stops listening, once; the descriptor stays until the child is gone."""
        if end in self.selector.get_map():
            self.selector.unregister(end)

    def answered(self, number, child):
        data = self.read(child.answer)
        if data == b"":
            self.deafen(child.answer)
        *lines, child.partial = (child.partial + (data or b"")).split(b"\n")
        self.send(number, b"line", *(json.dumps(line.decode("utf-8", "replace")).encode() for line in lines))
        return data

    def said(self, number, child):
        data = self.read(child.printed)
        if data == b"":
            self.deafen(child.printed)
        elif data:
            self.send(number, b"printed", json.dumps(child.decoder.decode(data)).encode())
        return data

    def rung(self):
        """A child ended. A grandchild that keeps its pipes open keeps nobody waiting."""
        while self.read(self.bell):
            pass
        for number, child in list(self.children.items()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid == 0:
                continue
            for hear in (self.said, self.answered):
                while hear(number, child):
                    pass
            for end in (child.answer, child.printed):
                self.deafen(end)
                os.close(end)
            self.hang_up(child)
            del self.children[number]
            how = "signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "exit code %d" % os.WEXITSTATUS(status)
            self.send(number, b"ended", json.dumps(how).encode())
