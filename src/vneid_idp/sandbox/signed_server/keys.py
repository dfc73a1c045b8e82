"""Keys for a server beside the sandbox: made once, in its state folder, readable by their owner only."""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from vneid_idp.kernel.clock import Clock
from vneid_idp.kernel.pem import read_private_key, read_public_key
from vneid_idp.signed_http.signatures import OwnKey, Signatures, TheirKey


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """The folder with both sides' keys: in a sandbox one machine is both."""

    folder: Path
    name: str
    """What the server signs as; its files are named so."""

    @property
    def provider(self) -> Path:
        """The provider's private key: the setting `…_key`."""
        return self.folder / "provider.pem"

    @property
    def answers(self) -> Path:
        """The public key of the server's answers: the setting `…_answer_key`."""
        return self.folder / f"{self.name}.pub.pem"

    @property
    def next_provider(self) -> Path:
        """A second public key of the provider's, taken as well where the file is there: it signs as `provider-next`."""
        return self.folder / "provider-next.pub.pem"

    def signatures(self, clock: Clock) -> Signatures:
        """The server's side; makes what is missing."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own, provider = _ensure(self.folder / f"{self.name}.pem"), _ensure(self.provider)
        public = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.answers.write_bytes(public)
        theirs = [TheirKey("provider", provider.public_key())]
        if self.next_provider.exists():
            theirs.append(TheirKey("provider-next", read_public_key(self.next_provider.read_bytes())))
        return Signatures(self.name.replace("-", "_"), OwnKey(self.name, own), theirs, clock)


def _ensure(path: Path) -> EllipticCurvePrivateKey:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            made = generate_private_key(SECP256R1())
            file.write(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except FileExistsError:
        pass
    return read_private_key(path.read_bytes())
