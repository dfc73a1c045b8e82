"""`vneid-idp sandbox` as a reader starts it, in a folder and on ports of its own."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.support.server import free_port

COMMAND = str(Path(sys.executable).with_name("vneid-idp"))


class Sandbox:
    """A sandbox in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.port, self.network_port, self.carrier_port, self.tls_port = (free_port() for _ in range(4))
        self.log = folder / "log"
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """What runs it."""
        assert self._process is not None
        return self._process

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://localhost:{self.port}"

    @property
    def network(self) -> str:
        """Where the demo social network is."""
        return f"http://localhost:{self.network_port}"

    @property
    def carrier(self) -> str:
        """Where the demo carrier is."""
        return f"http://localhost:{self.carrier_port}"

    @property
    def environment(self) -> dict[str, str]:
        """Its settings, for it and for the commands that go with it."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("VNEID_IDP_")}
        numbers = {"PORT": self.port, "SOCIAL_NETWORK_PORT": self.network_port}
        numbers |= {"CARRIER_PORT": self.carrier_port, "TLS_PORT": self.tls_port}
        return ours | {f"VNEID_IDP_{name}": str(number) for name, number in numbers.items()}

    def start(self, **settings: str) -> None:
        """Start it, and return when it has said what there is to see."""
        began = time.monotonic()
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [COMMAND, "sandbox"], cwd=self.folder, env=self.environment | settings, stdout=output, stderr=output
            )
        while "Ctrl-C" not in self.log.read_text() and self._process.poll() is None and time.monotonic() < began + 60:
            time.sleep(0.05)

    def processor_seconds(self) -> float:
        """How long it has kept a processor busy, without the demos beside it."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_up(self) -> bool:
        """Whether anything listens on one of the ports."""
        for port in (self.port, self.network_port, self.carrier_port, self.tls_port):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return True
        return False

    def end(self) -> None:
        """See to it that it is gone."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
