"""Notes what the project's code reads, so that a later run can tell that it would read the same. Forbids nothing and changes no result."""
import hashlib
import importlib.util
import os
import site
import stat
import sys
import sysconfig
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
STAT, SCAN = os.stat, os.scandir
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
SEPARATOR = "\n"

# Events of https://docs.python.org/3/library/audit_events.html
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn")
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.utime",
           "os.setxattr", "os.removexattr", "tempfile.mkstemp", "tempfile.mkdtemp")
ASKS = ("socket.bind", "socket.sendto", "socket.sendmsg", "socket.gethostbyaddr", "socket.getnameinfo", "os.getxattr", "os.listxattr")
STARTED = ("multiprocessing.popen_fork", "multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver")
VOLATILE = ("/proc/", "/sys/", "/dev/")
MEMORY = "/dev/shm/"  # a file system like others, whose files are known by their content
HARMLESS = ("/dev/null", "/dev/urandom", "/dev/random")


def library_folders():
    """Where the interpreter and installed packages lie: a package is known by its files' sizes and dates."""
    found = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return tuple(sorted(path + os.sep for path in found | set(site.getsitepackages()) | {site.getusersitepackages()} if path))


def beside(name, names):
    """What SQLite keeps beside a database's file as long as that is open (https://sqlite.org/tempfiles.html)."""
    return any(name.endswith(end) and name[:-len(end)] in names for end in (b"-journal", b"-wal", b"-shm"))


def listing(path):
    """One word for the names in a folder; bytecode is made from the files beside it, and `dev/active` is dbsync's own."""
    try:
        with SCAN(path) as entries:
            names = [os.fsencode(entry.name) + (b"/" if entry.is_dir() else b"") for entry in entries]
    except OSError:
        return "absent"
    own = b"dev/" in names and os.listdir(os.path.join(path, "dev")) == ["active"]
    kept = sorted(name for name in names if name != b"__pycache__/" and not (own and name == b"dev/") and not beside(name, names))
    return hashlib.sha256(b"\0".join(kept)).hexdigest()


def kind(path):
    """Whether something is there, and of files the size: what a question about a path can have been about."""
    try:
        found = STAT(path)
    except (OSError, ValueError):
        return "absent"
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    return "file-%d" % found.st_size if stat.S_ISREG(found.st_mode) else "other"


class Reads:
    """Everything that one process read. `refused` says why nothing follows from it, where that is so."""

    def __init__(self, target):
        self.refused = None if sys.version_info >= (3, 10) else "Python is older than 3.10"  # pathlib kept an os.stat of its own
        self.files, self.libraries, self.folders, self.looked, self.names = set(), set(), {}, {}, set()
        self.everything = False
        self.thread = threading.local()  # what this module asks itself is not noted
        self.library_folders = library_folders()
        self.hosts = {None, "", "localhost", (target or {}).get("host")}
        self.socket = (target or {}).get("socket")
        file = (target or {}).get("file")
        self.databases = (os.path.abspath(file), os.path.realpath(file)) if file else ()

    def refuse(self, why):
        self.refused = self.refused or why

    def install(self):
        hear = {"open": self.open, "os.listdir": self.list, "os.scandir": self.list, "socket.connect": self.connect,
                "socket.getaddrinfo": self.resolve, "socket.gethostbyname": self.resolve, "ctypes.dlopen": self.native}
        hear.update({name: lambda args, name=name: self.refuse("a process was started (%s)" % name) for name in STARTS})
        hear.update({name: lambda args, name=name: self.refuse("files were changed (%s)" % name) for name in CHANGES})
        hear.update({name: lambda args, name=name: self.refuse("something outside was asked (%s)" % name) for name in ASKS})

        def audit(event, args):
            note = hear.get(event)
            if note is not None:
                self.aside(note, args)
        sys.addaudithook(audit)
        for name in ("stat", "lstat", "access", "readlink"):  # these are no audit events
            self.wrap(name)
        self.watch_environment()

    def aside(self, note, *args):
        if getattr(self.thread, "busy", False):
            return
        self.thread.busy = True
        try:
            note(*args)
        except Exception as error:  # what cannot be noted must not disturb
            self.refuse("something could not be noted (%s)" % type(error).__name__)
        finally:
            self.thread.busy = False

    def wrap(self, name):
        original = getattr(os, name)

        def call(path, *args, **kwargs):
            self.aside(self.look, path, kwargs)
            return original(path, *args, **kwargs)
        setattr(os, name, call)
        for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
            if original in known:
                known.add(call)

    def watch_environment(self):
        kind_of, reads = type(os.environ), self
        get, iterate = kind_of.__getitem__, kind_of.__iter__

        def getitem(environ, key):
            reads.names.add(os.fsdecode(key))
            return get(environ, key)

        def iterator(environ):
            reads.everything = True
            return iterate(environ)
        kind_of.__getitem__, kind_of.__iter__ = getitem, iterator

    # what is noted ---------------------------------------------------------------------------------------------------

    def place(self, path):
        """The absolute path, or None for what is ours or the database itself, which is compared by its schema."""
        text = os.path.abspath(os.fsdecode(path))
        ours = text == HERE or text.startswith(HERE + os.sep)
        for database in self.databases:
            ours = ours or text.startswith(database) or database.startswith(text.rstrip(os.sep) + os.sep)
        return None if ours else text

    def file(self, text):
        if os.path.basename(os.path.dirname(text)) == "__pycache__" and text.endswith(".pyc"):
            try:
                text = importlib.util.source_from_cache(text)
            except ValueError:
                pass
        (self.libraries if text.startswith(self.library_folders) else self.files).add(text)

    def open(self, args):
        path, flags = args[0], args[2]
        if isinstance(path, int):
            return
        text = self.place(path)
        if text is None or text in HARMLESS:
            return
        if isinstance(flags, int) and flags & WRITES:
            self.refuse("the file %s was opened for writing" % text)
        elif text.startswith(VOLATILE) and not text.startswith(MEMORY):
            self.refuse("%s was read" % text)
        else:
            self.file(text)

    def list(self, args):
        path = args[0] if args else None
        if isinstance(path, int):
            self.refuse("a folder was listed by its descriptor")
            return
        self.folder("." if path is None else path)

    def folder(self, path):
        text = self.place(path)
        if text is None or text in self.folders or (text + os.sep).startswith(self.library_folders) and text not in sys.path:
            return
        self.folders[text] = listing(text)

    def look(self, path, kwargs):
        if isinstance(path, int):
            return
        if kwargs.get("dir_fd") is not None:
            self.refuse("a file was asked for by a descriptor")
            return
        text = self.place(path)
        if text is not None and text not in self.looked and not text.startswith(self.library_folders):
            self.looked[text] = kind(text)

    def connect(self, args):
        address = args[1]
        if isinstance(address, (str, bytes)) and os.fsdecode(address) != self.socket:
            self.refuse("a socket was connected")

    def resolve(self, args):
        host = args[0].decode() if isinstance(args[0], bytes) else args[0]
        if host not in self.hosts and not str(host).replace(".", "").isdigit() and ":" not in str(host):
            self.refuse("the name of a host was looked up")

    def native(self, args):
        """A driver may be a library of the system's; the project's own native code could read anything."""
        frame = sys._getframe(2)
        while frame and "ctypes" in os.path.dirname(frame.f_code.co_filename):
            frame = frame.f_back
        if args[0] is not None and not (frame and frame.f_code.co_filename.startswith(self.library_folders)):
            self.refuse("a native library was loaded")

    # the answer ------------------------------------------------------------------------------------------------------

    def imported(self):
        """Modules and the folders in which they were looked for: the parent had some before anybody noted it."""
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            text = self.place(file) if isinstance(file, str) else None
            if text:
                self.file(text)
        for path in list(sys.path_importer_cache):
            self.folder(path)
        for folder in self.library_folders:
            if os.path.isdir(folder):
                self.libraries.update(entry.path for entry in SCAN(folder) if entry.name.endswith(".pth"))
        executable = os.path.realpath(sys.executable)
        self.libraries.update((executable, os.path.join(os.path.dirname(os.path.dirname(sys.executable)), "pyvenv.cfg")))

    def told(self, guard, scrub):
        """For the answer. A path that does not survive the masking of secrets could not be compared."""
        self.thread.busy = True
        self.imported()
        if guard.notes or guard.refused:
            self.refuse("another server was asked for")
        if any(name in sys.modules for name in STARTED):
            self.refuse("a process was started (multiprocessing)")
        parts = {"files": sorted(self.files), "libraries": sorted(self.libraries), "names": sorted(self.names),
                 "folders": ["%s %s" % (word, path) for path, word in sorted(self.folders.items())],
                 "looked": ["%s %s" % (word, path) for path, word in sorted(self.looked.items())]}
        texts = {name: SEPARATOR.join(part) for name, part in parts.items()}
        if any(text.count(SEPARATOR) != max(0, len(parts[name]) - 1) or scrub(text) != text for name, text in texts.items()):
            self.refuse("a path holds a line end or what looks like a secret")
        return dict(texts, refused=self.refused, everything=self.everything)
