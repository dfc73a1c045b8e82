"""`vneid-idp keys rewrap`: another root secret for the same keys."""

import pytest

from tests.support.commands import run
from tests.support.deeds import WHY
from vneid_idp.production import SANDBOX_MARK
from vneid_idp.settings import new_root_secret


def test_keys_follow_a_new_root_secret(production: pytest.MonkeyPatch) -> None:
    run("keys", "rotate", "--kind", "ES256", *WHY)
    new = new_root_secret()
    assert "10 keys" in run("keys", "rewrap", typed=f"{new}\n").stdout
    assert "another root secret" in run("keys", "rewrap", typed=f"{new}\n", code=1).stderr
    production.setenv("VNEID_IDP_SECRET", new)
    run("keys", "rewrap", typed=f"{new_root_secret()}\n")


@pytest.mark.parametrize(
    "bad",
    ["", "short", "A" * 43, "not base64!", new_root_secret(SANDBOX_MARK)],
    ids=["empty", "short", "zeros", "no base64", "sandbox"],
)
def test_a_bad_new_secret_is_refused_and_changes_nothing(production: pytest.MonkeyPatch, bad: str) -> None:
    run("keys", "rotate", "--kind", "ES256", *WHY)
    refused = run("keys", "rewrap", typed=f"{bad}\n", code=2)
    assert not bad or bad not in refused.output
    run("keys", "rewrap", typed=f"{new_root_secret()}\n")
