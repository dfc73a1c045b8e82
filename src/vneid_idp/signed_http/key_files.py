"""The keys of both sides, out of files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vneid_idp.kernel.clock import Clock
from vneid_idp.kernel.pem import read_private_key, read_public_key
from vneid_idp.signed_http.signatures import OwnKey, Signatures, TheirKey


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """PEM files of P-256 keys: the private one that questions are signed with, and the public ones of the answers, by
    the names that the other side gives them."""

    key_id: str
    key: Path
    answer_keys: Mapping[str, Path]

    def signatures(self, label: str, clock: Clock) -> Signatures:
        """Signs as the one, believes the others."""
        theirs = [TheirKey(key_id, read_public_key(file.read_bytes())) for key_id, file in self.answer_keys.items()]
        return Signatures(label, OwnKey(self.key_id, read_private_key(self.key.read_bytes())), theirs, clock)
