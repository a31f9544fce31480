"""The wire to dbsync: requests on standard input, answers on descriptor 3, every text masked. Knows nothing of migrations."""
import json
import os
import re
import signal
import sys
import threading
from urllib.parse import quote, quote_plus, unquote

GRACE_SECONDS = 2.0
URL_CREDENTIALS = re.compile(r"([a-z][a-z0-9+.-]*://[^\s:@/'\"`]*:)[^\s]*?@(?=[^\s@]*(?:[\s'\"`]|$))", re.I)
KEY_VALUE = re.compile(r"\b(password|passwd|pwd|sslpassword)(\s*=\s*)(?:'[^']*'|\"[^\"]*\"|[^\s&;,'\"]+)", re.I)


def spellings(secret):
    """The forms in which one secret can turn up in a message: raw, percent-encoded, escaped for configparser, SQL and JSON."""
    plain = {secret, unquote(secret)}
    plain |= {form.replace("%", "%%") for form in plain} | {form.replace("'", "''") for form in plain}
    forms = set(plain)
    for form in plain:
        forms |= {quote(form, safe=""), quote(form), quote_plus(form), quote(form, safe="!*'()~")}  # the last as JavaScript does
        forms |= {json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1], repr(form)[1:-1]}
    return {form for form in forms if len(form) >= 3}


class Channel:
    """One conversation. The first line is the request; later lines acknowledge a statement or cancel the work."""

    def __init__(self):
        self.out = os.fdopen(3, "w", encoding="utf-8")
        os.set_inheritable(3, False)
        source = os.dup(0)
        os.set_inheritable(source, False)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)  # env.py that asks a question gets end of input
        os.dup2(2, 1)  # a stray print() of env.py or a revision goes to standard error
        self.lines = os.fdopen(source, "r", encoding="utf-8")
        self.request = json.loads(self.lines.readline() or "{}")
        self.known = sorted(set().union(*map(spellings, self.request.get("secrets", [])), set()), key=len, reverse=True)
        self.ahead = self.request.get("ahead", False)
        hint = self.request.get("hint")
        self.hint = re.compile(hint, re.I) if hint else None
        self.lock = threading.Lock()
        self.acknowledged = threading.Condition()
        self.sent = self.seen = 0
        self.cancelled = None
        self.finished = False
        self.cancellers = []
        threading.Thread(target=self._listen, daemon=True).start()

    def scrub(self, value):
        """Masks every known secret and everything that looks like credentials, in any JSON value."""
        if isinstance(value, dict):
            return {self.scrub(str(key)): self.scrub(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [self.scrub(item) for item in value]
        if value is None or isinstance(value, (bool, int, float)):
            return value
        text = str(value)
        for form in self.known:
            text = text.replace(form, "***")
        return KEY_VALUE.sub(r"\1\2***", URL_CREDENTIALS.sub(r"\1***@", text))

    def emit(self, event, **fields):
        """Sends one event and returns at once; where nobody writes them down, what follows a statement leaves with the next one."""
        line = json.dumps(dict({name: self.scrub(value) for name, value in fields.items()}, event=event))  # the names are ours
        with self.lock:
            self.out.write(line + "\n")
            if not self.ahead or event in ("statement", "result", "failed"):
                self.out.flush()

    def ask(self, event, **fields):
        """Sends one event and waits until dbsync has written it down, if it does, and let it pass; only then may the statement be sent.

        On a shadow database only what may reach outside of it waits.
        """
        self.check()
        if self.ahead and not (self.hint and self.hint.search(fields.get("text", ""))):
            self.emit(event, **fields)
            return
        self.sent += 1
        number = self.sent
        self.emit(event, ask=number, **fields)
        with self.acknowledged:
            while self.seen < number and not self.cancelled:
                self.acknowledged.wait(0.5)
        self.check()

    def check(self):
        """Raises where dbsync has cancelled the work."""
        if self.cancelled:
            raise KeyboardInterrupt(self.cancelled)

    def finish(self, event, **fields):
        """The last event. Leaves without running the project's exit hooks, which could wait for ever."""
        self.finished = True
        self.emit(event, **fields)
        sys.stderr.flush()
        os._exit(0)

    def _listen(self):
        for line in self.lines:
            message = json.loads(line)
            if "cancel" in message:
                return self._cancel(message["cancel"])
            with self.acknowledged:
                self.seen = message["ack"]
                self.acknowledged.notify_all()
        return self._cancel("dbsync is gone")  # end of input: nobody is left to journal what we would do

    def _cancel(self, reason):
        self.cancelled = reason
        with self.acknowledged:
            self.acknowledged.notify_all()
        for stop in list(self.cancellers):
            try:
                stop()
            except BaseException as error:  # the connection may be gone; the next one may not
                sys.stderr.write("cancel: %s\n" % self.scrub(error))
        main = threading.main_thread().ident
        pause = threading.Event()
        for _ in range(3):  # the first wakes a sleep; a handler that swallows it is asked again
            pause.wait(0.3)
            if self.finished:
                return
            signal.pthread_kill(main, signal.SIGINT)
        pause.wait(GRACE_SECONDS)
        if not self.finished:
            self.finish("failed", kind="interrupted", message=reason, killed=True)
