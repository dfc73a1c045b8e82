"""Signatures of requests and answers: whose they are, of what, and for how long."""

from contextlib import nullcontext
from dataclasses import replace

import pytest

from tests.support.registry import OTHER_KEY, PROVIDER_KEY, REGISTRY_KEY, URL, providers, registrys
from tests.support.watch import Watch
from vneid_idp.kernel.clock import SECOND
from vneid_idp.signed_http.signatures import GOOD_FOR, NotSigned, OwnKey, RequestMessage, Signatures, TheirKey


def test_a_request_is_believed_once_signed_and_for_a_minute(watch: Watch) -> None:
    ours, theirs = providers(watch), registrys(watch)
    good = RequestMessage("POST", f"{URL}/registry/v1/reports")
    ours.sign_request(good, b"{}")
    theirs.check_request(good, b"{}")
    for spoiled, body in (
        (good, b"{} "),
        (replace(good, method="PUT"), b"{}"),
        (replace(good, url=f"{URL}/registry/v1/people/many"), b"{}"),
        (replace(good, headers={}), b"{}"),
    ):
        with pytest.raises(NotSigned):
            theirs.check_request(spoiled, body)
    stranger = RequestMessage("POST", good.url)
    providers(watch, OTHER_KEY).sign_request(stranger, b"{}")
    with pytest.raises(NotSigned):
        theirs.check_request(stranger, b"{}")
    signed_at = watch.now()
    for at, believed in ((GOOD_FOR, True), (GOOD_FOR + SECOND, False), (-GOOD_FOR, True), (-GOOD_FOR - SECOND, False)):
        watch.set(signed_at + at)
        with nullcontext() if believed else pytest.raises(NotSigned):
            theirs.check_request(good, b"{}")


def test_a_side_goes_from_one_key_to_the_next_without_a_pause(watch: Watch) -> None:
    """The one that checks takes both, by the name that the signature gives; then the one that signs changes."""
    first, following = TheirKey("provider", PROVIDER_KEY.public_key()), TheirKey("provider-2", OTHER_KEY.public_key())

    def believed(own: OwnKey, *taken: TheirKey) -> bool:
        message = RequestMessage("POST", f"{URL}/registry/v1/reports")
        Signatures("registry", own, [], watch).sign_request(message, b"{}")
        try:
            Signatures("registry", OwnKey("registry", REGISTRY_KEY), taken, watch).check_request(message, b"{}")
        except NotSigned:
            return False
        return True

    old, new = OwnKey("provider", PROVIDER_KEY), OwnKey("provider-2", OTHER_KEY)
    assert [believed(own, first) for own in (old, new)] == [True, False]
    assert [believed(own, first, following) for own in (old, new)] == [True, True]
    assert [believed(own, following) for own in (old, new)] == [False, True]
    # A key signs under its own name only.
    assert not believed(OwnKey("provider", OTHER_KEY), first, following)
