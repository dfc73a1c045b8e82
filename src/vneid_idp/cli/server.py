"""`serve`, `migrate`, `settings`, `secret`, `sandbox`: the provider itself."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr
from sqlalchemy import make_url

from vneid_idp.cli.terminal import err, fail, loaded, out, print_json, settings_of
from vneid_idp.kernel.secrets import digest, new_secret
from vneid_idp.observability import logs
from vneid_idp.settings import PREFIX, Environment, Settings, new_root_secret
from vneid_idp.settings_sources import Loaded, read_settings

if TYPE_CHECKING:
    from vneid_idp.web.root import Root


def add_to(app: typer.Typer) -> None:
    """Put the commands of this module under `app`."""
    for command in (serve, migrate, settings, secret, sandbox):
        app.command()(command)


def application() -> "Root":
    """The provider of this process's settings: what each of uvicorn's workers calls."""
    with _nothing_collected():
        from vneid_idp.app import create_app

        chosen = read_settings().settings
        configure(chosen)
        app = create_app(chosen)
    _spare_the_collector()
    _end_with_parent()
    return app


def configure(chosen: Settings) -> None:
    """Write logs as this installation wants them: lines for a person who watches, else JSON."""
    logs.configure(chosen.log_level, readable=chosen.is_sandbox or sys.stderr.isatty())


def _end_with_parent() -> None:
    """Have a worker stop in good order when the process that started it is gone, killed perhaps: nobody would replace
    it any more, and the port would stay taken."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Have the garbage collector rest while modules are imported: what they make stays, and to look for garbage among
    it again and again takes a quarter of the time. Nor is it looked at afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _spare_the_collector() -> None:
    """Take what was imported out of the garbage collector's sight, and let it look less often.

    With Python's thresholds it walks over a quarter of a million objects that live as long as the process, again and
    again: a sixth of the CPU time of a sign-in. Requests leave next to no cycles behind.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def serve(context: typer.Context) -> None:
    """Run the provider until it is told to stop."""
    chosen = settings_of(context)
    for warning in chosen.warnings():
        err.print(f"warning: {warning}", style="yellow", markup=False)
    configure(chosen)
    from vneid_idp.cli import serving

    if not serving.is_ready(chosen):
        fail("The database has no tables yet. Make them first: vneid-idp migrate")
    # Every worker reads the settings again; `--sandbox` reaches it this way.
    os.environ[f"{PREFIX}ENVIRONMENT"] = chosen.environment
    if status := serving.run(serving.configuration(chosen, "vneid_idp.cli.server:application")):
        raise typer.Exit(status)


def migrate(
    context: typer.Context,
    revision: Annotated[str, typer.Argument(help="Where to go; the newest revision unless told.")] = "head",
) -> None:
    """Bring the database to the schema of this version. Safe to run from several machines at once."""
    from vneid_idp.storage import migration

    chosen = settings_of(context)
    migration.upgrade(chosen.database_url.get_secret_value(), revision)
    out.print("The database is up to date.")


def settings(context: typer.Context) -> None:
    """Show every setting, where it came from, and what it means; secrets are masked."""
    found = loaded(context)
    for name, field in Settings.model_fields.items():
        out.print(f"VNEID_IDP_{name.upper()} = {shown(found, name)}", style="bold", markup=False)
        out.print(f"    {field.description} [from: {found.origins[name]}]", markup=False)
    for warning in found.settings.warnings():
        err.print(f"warning: {warning}", style="yellow", markup=False)


def shown(found: Loaded, name: str) -> str:
    """The value of a setting as it may be seen over a shoulder."""
    value = getattr(found.settings, name)
    if value is None or value == ():
        return ""
    if isinstance(value, SecretStr):
        if name.endswith("_url"):
            return make_url(value.get_secret_value()).render_as_string(hide_password=True)
        return "••••••••"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def secret(
    token: Annotated[
        bool, typer.Option("--initial-access-token", help="Make the token that opens client registration instead.")
    ] = False,
) -> None:
    """Make a root secret, or an initial access token and the digest of it that belongs into the settings."""
    if token:
        made = new_secret()
        print_json({"initial_access_token": made, "VNEID_IDP_INITIAL_ACCESS_TOKEN_DIGEST": digest(made)})
    else:
        out.print(new_root_secret(), markup=False)


def sandbox(context: typer.Context) -> None:
    """Run the provider with make-believe citizens, and the demo network and carrier beside it."""
    chosen = loaded(context, Environment.SANDBOX).settings
    if not chosen.is_sandbox:
        fail("VNEID_IDP_ENVIRONMENT says production: a sandbox does not start there.")
    with _nothing_collected():
        from vneid_idp.app import create_app
        from vneid_idp.sandbox.run import run

    logs.configure(chosen.log_level, readable=True, server="warning")
    try:
        run(chosen, create_app)
    except OSError as error:
        fail(str(error))
