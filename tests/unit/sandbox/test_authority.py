"""The sandbox's own authority goes on when its certificates end."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from vneid_idp.kernel.clock import DAY, SystemClock, to_datetime
from vneid_idp.sandbox import authority as module
from vneid_idp.sandbox.authority import Authority


def test_certificates_that_end_soon_are_made_anew_at_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(SystemClock):
        days = 0

        def now(self) -> int:
            return super().now() + self.days * DAY

    monkeypatch.setattr(module, "SystemClock", Later)
    first = Authority(tmp_path)
    issued = x509.load_pem_x509_certificate(first.issue("CN=A").certificate.encode())
    for days, renewed in ((790, False), (796, True)):
        before = [path.read_bytes() for path in (first.path, first.server)]
        Later.days = days
        again = Authority(tmp_path)
        after = [path.read_bytes() for path in (first.path, first.server)]
        assert [one != other for one, other in zip(before, after, strict=True)] == [renewed, renewed], days
    own = x509.load_pem_x509_certificate(again.pem.encode())
    server = x509.load_pem_x509_certificate(again.server.read_bytes())
    for each in (own, server):
        assert each.not_valid_after_utc > to_datetime(Later().now()) + timedelta(days=700)
    for each in (issued, server):
        each.verify_directly_issued_by(own)  # by one key, whichever certificate of the authority is known
