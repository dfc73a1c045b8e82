"""A temporary Redis for tests."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_redis() -> Iterator[str]:
    """The `unix:` URL of a Redis that keeps nothing and is gone when the block ends."""
    binary = shutil.which("redis-server")
    if binary is None:
        raise RuntimeError("redis-server is missing; `make test` installs it as root, or: apt-get install redis-server")
    # /tmp whatever TMPDIR says: a socket's path has room for 107 bytes.
    with tempfile.TemporaryDirectory(prefix="vneid-idp-redis-", dir="/tmp") as folder:
        socket = Path(folder) / "redis.sock"
        command = [binary, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                deadline = time.monotonic() + 10
                while not socket.exists():
                    if server.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError("redis-server did not start")
                    time.sleep(0.02)
                yield f"unix://{socket}"
            finally:
                server.terminate()
