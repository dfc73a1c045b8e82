"""nginx before the provider, as `examples/proxies/nginx.conf` has it, on ports of this machine."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.certificates import Authority, pem_of
from tests.support.server import free_port
from vneid_idp.kernel.clock import SystemClock

CONFIGURATION = Path(__file__).parents[2] / "examples/proxies/nginx.conf"
_PATIENCE_SECONDS = 20


class Proxy:
    """Its two names, and who vouches for them. It runs in `before`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = free_port(), free_port()
        self.people, self.clients = (f"https://localhost:{port}" for port in self._ports)
        # Whoever connects goes by the clock on the wall.
        self.issuing = Authority(at=SystemClock().now())
        self.authority = folder / "authority.pem"
        """PEM of the authority that its certificate comes from."""
        self.authority.write_bytes(self.issuing.certificate.public_bytes(Encoding.PEM))

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client knows that trusts it; whoever has a certificate loads it in addition."""
        return ssl.create_default_context(cafile=self.authority)

    @contextmanager
    def before(self, provider: str) -> Iterator[None]:
        """Run it before `provider`, an address without TLS."""
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "nginx is missing: make tools"
        running = subprocess.Popen([program, "-e", "stderr", "-c", self._configured(provider)])
        try:
            self._wait()
            yield
        finally:
            running.terminate()
            running.wait(_PATIENCE_SECONDS)

    def _configured(self, provider: str) -> Path:
        folder, (people, clients) = self._folder, self._ports
        own = folder / "nginx.pem"
        own.write_text(pem_of(*self.issuing.issue("CN=localhost", x509.DNSName("localhost"), server=True)))
        text = CONFIGURATION.read_text()
        for before, after in (
            ("server 127.0.0.1:8000;", f"server {provider.removeprefix('http://')};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{people} ssl;"),
            ("listen 8443 ssl;", f"listen 127.0.0.1:{clients} ssl;"),
            ("/etc/vneid-idp/tls.crt", str(own)),
            ("/etc/vneid-idp/tls.key", str(own)),
        ):
            assert before in text
            text = text.replace(before, after)
        kept = [f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
        text = text.replace("http {", "http {\n access_log off;\n" + "\n".join(kept), 1)
        path = folder / "nginx.conf"
        path.write_text(f"daemon off; pid {folder}/nginx.pid; error_log stderr;\n{text}")
        return path

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._ports[1])).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "nginx does not listen"
                time.sleep(0.05)
