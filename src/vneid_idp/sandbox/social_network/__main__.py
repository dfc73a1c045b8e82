"""`python -m vneid_idp.sandbox.social_network`: the network on its own, configured by `SOCIAL_*` variables."""

import os
import signal
import sys
import threading
from urllib.parse import urlsplit

import uvicorn

from .app import create_app
from .config import read_config


def main() -> None:
    """Serve until interrupted, on `SOCIAL_HOST` and `SOCIAL_PORT` (by default 127.0.0.1, the public URL's port); with
    `SOCIAL_ENDS_WITH_INPUT` also until standard input ends."""
    try:
        config = read_config(os.environ)
    except ValueError as problem:
        sys.exit(f"social_network: {problem}")
    if os.environ.get("SOCIAL_ENDS_WITH_INPUT"):
        threading.Thread(target=_follow_input, name="input", daemon=True).start()
    host = os.environ.get("SOCIAL_HOST", "127.0.0.1")
    port = int(os.environ.get("SOCIAL_PORT") or urlsplit(config.public_url).port or 8001)
    uvicorn.run(create_app(config), host=host, port=port, log_level="warning", server_header=False)


def _follow_input() -> None:
    """End when whoever started this process is gone, killed perhaps: its end of our standard input closes."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
