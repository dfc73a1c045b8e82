"""The server under `serve`: one process, or several under one that replaces those that die."""

from contextlib import suppress

import uvicorn
from sqlalchemy.exc import OperationalError
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from vneid_idp.settings import Settings
from vneid_idp.storage import migration
from vneid_idp.web.listener import server_options


def is_ready(settings: Settings) -> bool:
    """Whether the database has tables, or does not answer: for that the workers wait."""
    try:
        return migration.is_made(settings.database_url.get_secret_value())
    except OperationalError:
        return True


def configuration(settings: Settings, application: str) -> uvicorn.Config:
    """How the server is to be, under these settings."""
    return uvicorn.Config(
        application,
        factory=True,
        workers=settings.workers,
        timeout_graceful_shutdown=10,
        # A worker that starts on a busy machine needs longer than uvicorn's five seconds until it can say that it
        # lives; killed for that it would be started anew for ever.
        timeout_worker_healthcheck=60,
        **server_options(settings.host, settings.port, settings.connections),
    )


def run(config: uvicorn.Config) -> int:
    """Serve until told to stop; the exit status, which tells whether it ever could."""
    started = _serve_alone(config) if config.workers == 1 else _serve_with_workers(config)
    return 0 if started else STARTUP_FAILURE


def _serve_alone(config: uvicorn.Config) -> bool:
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    return server.started


def _serve_with_workers(config: uvicorn.Config) -> bool:
    """Whether all started. A worker that dies later is replaced; uvicorn itself ends quietly where one cannot start."""
    supervisor = Multiprocess(config, [config.bind_socket()])
    supervisor.run()
    return all(process.exitcode != STARTUP_FAILURE for process in supervisor.processes)
