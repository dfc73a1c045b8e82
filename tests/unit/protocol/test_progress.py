"""How many steps a request takes of a person: those that `next_step` asks for, one after the other."""

from dataclasses import replace

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.claims import Decision, Item
from vneid_idp.protocol.interaction import ConsentFacts, PersonFacts, WaitingFacts, next_step
from vneid_idp.protocol.levels import LEVEL_2, SignInMethod
from vneid_idp.protocol.progress import Progress, progress

OPENED = 1_800_000_000_000
EARLIER, LATER = OPENED - MINUTE, OPENED + MINUTE
REQUEST = AuthorizationRequest("cli", "https://rp.example/cb", "query", "s", ("openid", "email"), acr_values=(LEVEL_2,))
CHILD = replace(REQUEST, scope=("openid", "binding:child_account"))
EMAIL = (Item("email", "account", 1, required=False, since=1),)
LINK = (Item("binding:child_account", "account", 1, required=True, since=1),)
AGREED = ConsentFacts("con", EARLIER, {"email": Decision("account", 1, given=True)}, EARLIER, 16, by_guardian=False)


def someone(*proofs: tuple[str, int], level: int = 2) -> PersonFacts:
    return PersonFacts("per", "ses", tuple(SignInMethod(*proof) for proof in proofs), level, usable=True)


def at(
    person: PersonFacts | None,
    consent: ConsentFacts | None = None,
    request: AuthorizationRequest = REQUEST,
    child: str | None = None,
) -> tuple[int, int, bool] | None:
    """The step of whoever is here now."""
    waiting, items = WaitingFacts(OPENED, child_id=child), EMAIL if request is not CHILD else LINK
    step = next_step(request, items, person, consent, waiting)
    found = progress(request, items, person, consent, waiting, step)
    assert found is None or isinstance(found, Progress)
    return None if found is None else (found.number, found.total, found.at_most)


def test_a_newcomer_is_told_the_most_that_it_takes_and_then_what_it_takes() -> None:
    password, code = ("pwd", LATER), ("sms", LATER)
    assert at(None) == (1, 3, True)
    assert at(someone(password)) == (2, 3, False)
    assert at(someone(password, code)) == (3, 3, False)
    assert at(None, request=CHILD) == (1, 4, True)
    assert at(someone(password), request=CHILD) == (2, 4, False)
    assert at(someone(password, code), request=CHILD) == (3, 4, False)
    assert at(someone(password, code), request=CHILD, child="per_child") == (4, 4, False)


def test_who_agreed_before_is_not_told_of_a_page_that_does_not_come() -> None:
    assert at(someone(("pwd", LATER)), AGREED) == (2, 2, False)


def test_only_what_this_request_took_counts() -> None:
    assert at(someone(("pwd", EARLIER), ("sms", EARLIER))) == (1, 1, False)
    assert at(someone(("pwd", EARLIER))) == (1, 2, False)


def test_a_passkey_is_one_step_although_it_proves_twice() -> None:
    assert at(someone(("hwk", LATER))) == (2, 2, False)


def test_a_page_that_leads_no_further_is_no_step() -> None:
    assert at(someone(("pwd", LATER), level=1)) is None


def test_whoever_proved_in_a_third_way_took_two_steps_of_it() -> None:
    thrice = someone(("pwd", LATER), ("sms", LATER), ("hwk", LATER))
    assert at(thrice) == (3, 3, False)
