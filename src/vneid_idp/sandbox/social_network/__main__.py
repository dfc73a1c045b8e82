"""`python -m vneid_idp.sandbox.social_network`: the network on its own, configured by `SOCIAL_*` variables."""

import os
import sys
from urllib.parse import urlsplit

import uvicorn

from .app import create_app
from .config import read_config


def main() -> None:
    """Serve until interrupted, on `SOCIAL_HOST` and `SOCIAL_PORT` (by default 127.0.0.1, the public URL's port)."""
    try:
        config = read_config(os.environ)
    except ValueError as problem:
        sys.exit(f"social_network: {problem}")
    host = os.environ.get("SOCIAL_HOST", "127.0.0.1")
    port = int(os.environ.get("SOCIAL_PORT") or urlsplit(config.public_url).port or 8001)
    uvicorn.run(create_app(config), host=host, port=port, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
