"""One Alembic project opened for one request: its history, its env.py, its upgrades. Everything runs as Alembic runs it."""
import argparse
import hashlib
import importlib.util
import io
import os
import sys
import warnings


class Refusal(Exception):
    """An expected refusal: `kind` says which, `facts` are for the message that dbsync writes."""

    def __init__(self, kind, message, **facts):
        super().__init__(message)
        self.kind, self.facts = kind, facts


def bare():
    pass


def told():
    """A body of a docstring compiles to other code than `pass`."""


def is_empty(function):
    """Missing, or a body of nothing but `pass` and a docstring."""
    code = getattr(function, "__code__", None)
    if code is None:
        return function is None
    return code.co_code in (bare.__code__.co_code, told.__code__.co_code) and all(
        isinstance(item, (str, type(None))) for item in code.co_consts)


class Job:
    """One project opened for one request."""

    def __init__(self, channel, guard, watch):
        self.request, self.channel, self.guard, self.watch = channel.request, channel, guard, watch
        self.url = self.choose_url()
        self.set_names()
        os.chdir(self.request["cwd"])
        from alembic.script import ScriptDirectory

        self.config = self.make_config()
        sys.path.extend([self.request["cwd"], self.request["importRoot"]])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.script = ScriptDirectory.from_config(self.config)
            broken = self.load()
        self.warnings = [str(item.message) for item in caught if issubclass(item.category, UserWarning)]
        if broken:
            raise Refusal("alembic", " ".join(self.warnings) or "the history names the revision %s, which no file has" % broken)

    def load(self):
        """Reads every revision file. Alembic warns of a parent that no file has, and then falls over it."""
        try:
            list(self.script.revision_map._revision_map)
        except KeyError as error:
            return str(error)
        return None

    def choose_url(self):
        """The driver that the project wants and the interpreter has; the plain scheme where it means the same."""
        from sqlalchemy.engine import make_url

        offers = self.request.get("urls", [])
        have = [offer for offer in offers if importlib.util.find_spec(offer["module"].split(".")[0])]
        if offers and not have:
            names = ", ".join(offer["module"] for offer in offers)
            raise Refusal("driver-missing", "The interpreter has none of these database drivers: %s" % names, modules=names)
        have.sort(key=lambda offer: offer["rank"])
        self.offers = have
        if not have:
            return None
        return self.plain(have[0], make_url)

    def plain(self, offer, make_url):
        try:
            if make_url(offer["plain"]).get_dialect().driver == offer["driver"]:
                return offer["plain"]
        except Exception:  # no default driver for the scheme in this version
            pass
        return offer["url"]

    def set_names(self):
        """The variables that env.py reads, set here only: the process was started without them."""
        from sqlalchemy.engine import make_url

        for item in self.request.get("names", []):
            if not self.offers:
                continue
            if item["part"] == "url":
                wanted = [offer for offer in self.offers if item["driver"] == offer["driver"]]
                value = wanted[0]["url"] if wanted else self.url
            else:
                value = getattr(make_url(self.url), item["part"])
            if value is not None:
                os.environ[item["name"]] = str(value)

    def make_config(self):
        from alembic import command
        from alembic.config import Config

        request, extra = self.request, {}
        if request.get("toml"):
            extra["toml_file"] = request["toml"]
        config = Config(request.get("ini"), ini_section=request.get("section") or "alembic", **extra)
        config.output_buffer = self.buffer = io.StringIO()
        options = argparse.Namespace(x=request.get("x", []), cmd=(command.upgrade, [], []), name=config.config_ini_section,
                                     config=request.get("ini"), raiseerr=True)
        config.cmd_opts = options
        if request.get("scriptLocation"):
            config.set_main_option("script_location", request["scriptLocation"].replace("%", "%%"))
        if self.url:
            for name in ["sqlalchemy.url"] + request.get("options", []):
                config.set_main_option(name, self.url.replace("%", "%%"))
        config.attributes["dbsync"] = True
        return config

    def run(self, fn, **options):
        """Runs the project's env.py with `fn` as the work. `fn` must be reached, or env.py did something else."""
        from alembic.runtime.environment import EnvironmentContext

        calls = []

        def once(heads, context):
            calls.append(1)
            if len(calls) > 1:
                raise Refusal("several-contexts", "env.py runs migrations on more than one connection")
            self.watch.ledger = context.version_table
            return fn(heads, context)
        with EnvironmentContext(self.config, self.script, fn=once, dont_mutate=True, **options):
            self.script.run_env()
        self.guard.check()
        self.channel.check()
        if not calls:
            raise Refusal("not-run", "env.py did not call context.run_migrations()")

    # requests --------------------------------------------------------------------------------------------------------

    def history(self):
        script = self.script
        order = [step.revision.revision for step in script._upgrade_revs("heads", ())] if script.get_heads() else []
        found = {}
        for revision in script.walk_revisions():
            path = os.path.realpath(revision.path)
            with open(path, "rb") as file:
                data = file.read()
            found[revision.revision] = {
                "id": revision.revision, "path": path, "checksum": hashlib.sha256(data).hexdigest(),
                "parents": list(revision._versioned_down_revisions), "needs": list(revision._resolved_dependencies),
                "labels": sorted(revision.branch_labels), "title": (revision.doc or "").strip(),
                "doc": (revision.longdoc or "").strip(), "head": revision.is_head,
            }
        return {"revisions": [found[name] for name in order if name in found], "heads": list(script.get_heads()),
                "warnings": self.warnings, "settings": self.offline(),
                "folders": [os.path.realpath(str(folder)) for folder in script._version_locations]}

    def settings(self, context):
        metadata = context.opts.get("target_metadata")
        return {"table": context.version_table, "schema": context.version_table_schema,
                "transactional": bool(context.impl.transactional_ddl), "hasModels": metadata is not None,
                "perMigration": bool(context._transaction_per_migration)}

    def offline(self):
        """What env.py configures, asked without any connection; None where its offline half does not say."""
        found = {}

        def ask(heads, context):
            found.update(self.settings(context))
            return []
        try:
            self.enter()
            self.run(ask, as_sql=True, starting_rev=None)
        except BaseException as error:  # no offline half, or one that connects there all the same
            self.channel.check()
            sys.stderr.write("offline: %s\n" % self.channel.scrub(error))
            self.guard.refused = None  # nothing was open, and nothing is asked of env.py in this process any more
            return None
        return found

    def enter(self):
        """Flask-Migrate's env.py reads the running application: made the same way as `flask db` makes it."""
        if self.request.get("flask"):
            from flask import cli

            cli.load_dotenv()  # FLASK_APP often stands in .flaskenv; a variable that is set stays as it is
            try:
                cli.ScriptInfo(os.environ.get("FLASK_APP")).load_app().app_context().push()
            except cli.NoAppException as error:
                raise Refusal("no-application", str(error), named=os.environ.get("FLASK_APP"))

    def sql(self):
        """Alembic's own offline SQL. Whatever a revision reads from the database is not there."""
        start, targets = self.request["from"], tuple(self.request["targets"])
        self.run(lambda heads, context: self.script._upgrade_revs(targets, heads), as_sql=True, starting_rev=start or None)
        return {"sql": self.buffer.getvalue()}

    def inspect(self):
        """Rows, settings and, at head, the difference between models and database."""
        from dbsync_difference import difference

        found = {}

        def ask(heads, context):
            found.update(self.settings(context), rows=list(heads))
            found["atHead"] = set(heads) == set(self.script.get_heads())
            if self.request.get("difference") and found["atHead"] and found["hasModels"]:
                found["difference"] = difference(self.config, self.script, heads, context)
            return []
        self.run(ask)
        return found

    def steps(self, heads, context):
        wanted, down = self.request["revisions"], self.request["do"] == "downgrade"
        if down:
            steps = self.script._downgrade_revs(self.request["to"], heads)
        else:
            known = {revision.revision: revision for revision in map(self.script.get_revision, wanted)}
            below = {name for item in known.values() for name in item._all_down_revisions}
            steps = self.script._upgrade_revs(tuple(name for name in wanted if name not in below), heads)
        found = [step.revision.revision for step in steps]
        if sorted(found) != sorted(wanted):
            raise Refusal("set-differs", "Alembic would run another set of revisions", found=found, wanted=list(wanted))
        self.watch.first = found[0] if found else None
        if not heads and not down:
            context._ensure_version_table()
        context.on_version_apply_callbacks = tuple(context.on_version_apply_callbacks) + (self.applied,)
        return [self.announce(step) for step in steps]

    def announce(self, step):
        name, work = step.revision.revision, step.migration_fn

        def run(**kw):
            self.watch.revision = name
            self.channel.emit("revision", id=name, phase="started")
            return work(**kw)
        step.migration_fn = run
        return step

    def applied(self, step, **_rest):
        self.channel.emit("revision", id=self.watch.revision, phase="finished")
        self.watch.revision, self.watch.last = None, self.watch.revision

    def upgrade(self):
        """Runs exactly the wanted revisions, then reads the ledger again: an env.py that never commits is found out."""
        self.run(self.steps)
        self.request["watch"] = False
        found = {}

        def ask(heads, context):
            found.update(self.settings(context), rows=list(heads))
            return []
        self.run(ask)
        if self.request["do"] == "upgrade":
            lineage = {item.revision for item in self.script.revision_map._get_ancestor_nodes(
                self.script.get_revisions(tuple(found["rows"])), include_dependencies=True)}
            lost = [name for name in self.request["revisions"] if name not in lineage]
            if lost:
                raise Refusal("not-committed", "env.py ran the revisions and did not commit them", lost=lost)
        return found

    def downgrade(self):
        """Runs nothing where a revision that changes something has no way back."""
        modules = {name: self.script.get_revision(name).module for name in self.request["revisions"]}
        without = [name for name, module in modules.items()
                   if is_empty(getattr(module, "downgrade", None)) and not is_empty(getattr(module, "upgrade", None))]
        return {"without": without} if without else dict(self.upgrade(), without=[])

    def revision(self):
        from alembic import command

        made = command.revision(self.config, message=self.request["message"], autogenerate=True)
        made = made if isinstance(made, list) else [made]
        self.guard.check()
        return {"files": [os.path.realpath(item.path) for item in made if item]}
