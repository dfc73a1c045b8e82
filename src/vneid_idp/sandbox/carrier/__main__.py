"""`python -m vneid_idp.sandbox.carrier`: the carrier on its own, configured by `CARRIER_*` variables."""

import os
import signal
import sys
import threading
from urllib.parse import urlsplit

import uvicorn

from .app import create_app
from .config import read_config


def main() -> None:
    """Serve until interrupted, on `CARRIER_HOST` and `CARRIER_PORT` (by default 127.0.0.1, the public URL's port); with
    `CARRIER_ENDS_WITH_INPUT` also until standard input ends."""
    try:
        config = read_config(os.environ)
    except (OSError, ValueError) as problem:
        sys.exit(f"carrier: {problem}")
    if os.environ.get("CARRIER_ENDS_WITH_INPUT"):
        threading.Thread(target=_follow_input, name="input", daemon=True).start()
    host = os.environ.get("CARRIER_HOST", "127.0.0.1")
    port = int(os.environ.get("CARRIER_PORT") or urlsplit(config.public_url).port or 8005)
    uvicorn.run(create_app(config), host=host, port=port, log_level="warning", server_header=False)


def _follow_input() -> None:
    """End when whoever started this process is gone, killed perhaps: its end of our standard input closes."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
