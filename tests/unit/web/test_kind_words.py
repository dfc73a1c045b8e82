"""The history speaks of a binding in the words of its kind."""

from dataclasses import replace

import pytest

from vneid_idp.audit.events import EventKind, RecordedEvent
from vneid_idp.portal import history
from vneid_idp.web.kind_words import KIND_WORDS

NUMBERS = replace(KIND_WORDS["social_account"], history={EventKind.BINDING_VERIFIED: "A number was linked to you."})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('{"kind": "toy_number"}', "A number was linked to you."),
        ('{"kind": "social_account"}', "An account at %(service)s was linked to you."),
        ("{}", "An account at %(service)s was linked to you."),
        ('{"kind": "gone"}', "Something else happened with your account."),
    ],
)
def test_an_event_is_told_in_the_words_of_its_kind(monkeypatch: pytest.MonkeyPatch, data: str, said: str) -> None:
    monkeypatch.setattr(history, "KIND_WORDS", {**KIND_WORDS, "toy_number": NUMBERS})
    event = RecordedEvent("evt_1", 0, EventKind.BINDING_VERIFIED, "per_a", "cli_a", "bind_a", data, None)
    assert history._sentence(event) == said
