"""Open, find and end a request that waits for a person."""

import re
from dataclasses import dataclass, replace

from vneid_idp.interaction import store
from vneid_idp.interaction.store import Stored
from vneid_idp.kernel.clock import HOUR, MINUTE, SECOND, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import digest, id_from, new_secret
from vneid_idp.protocol.acts import Acts, Confirmed
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.details.granting import digest_of
from vneid_idp.protocol.interaction import WaitingFacts
from vneid_idp.storage.unit import Reading, Unit

LIFE: Instant = 15 * MINUTE
LONGEST: Instant = 3 * HOUR
"""How long it waits at most, however often it is looked at and more time is asked for (WCAG 2.2.1 wants ten times):
what strangers leave is counted as it comes, and must not stand for ever. For a parent or guardian it waits longer."""
WAIT_LIFE: Instant = HOUR
"""How long a request waits for a parent or guardian of the person, unless more time is asked for."""
PUSHED_LIFE: Instant = 90 * SECOND
ANSWERED_AGAIN: Instant = 20 * SECOND
"""How long the answer is given again to who may not have seen it: a second click ends the way that the first began."""
_EXPIRED_KEPT: Instant = MINUTE


class InteractionOver(DomainError):
    """Not open, or not for this browser, which learns no more: nothing can be probed."""

    code = "interaction_over"
    status = 410
    title = "This request is not open in this browser. Start again at the service."


class _Over(InteractionOver):
    """The same of a request of this very browser, which learns which service it was of (`values`), and where signing in
    there begins anew (`way_in`)."""

    def __init__(self, name: str = "", host: str = "", way_in: str | None = None) -> None:
        super().__init__()
        self.values = {"service": name, "taker": f"{name} ({host})" if host else name}
        self.way_in = way_in


class InteractionFinished(_Over):
    """It was answered, and the answer has gone to the service."""

    code = "interaction_finished"
    title = "This request was answered already, in this browser. A request is answered once."


class InteractionGaveWay(_Over):
    """It made room for others, before its time was over."""

    code = "interaction_gave_way"
    title = "This request was given up to make room for others. Start again at the service."


class InteractionExpired(_Over):
    """Nobody answered it in time."""

    code = "interaction_expired"
    title = "This request was not answered in time. Start again at the service."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request that is not open any more."""

    client_id: str
    host: str
    """Where its answer went, or would have gone."""
    finished: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request takes here, in kibibytes, and a digest of on whose account; `None` where it makes no room."""

    kept_for: str | None
    size: int


NOTHING = Taken(None, 0)


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request that waits for a person."""

    interaction_id: str
    request: AuthorizationRequest
    opened_at: Instant
    expires_at: Instant
    refused: str | None
    child_id: str | None
    confirmed: Confirmed | None
    approval_id: str | None
    waits_until: Instant
    ended_at: Instant | None
    """When it was answered; given again for a short while (`ANSWERED_AGAIN`)."""
    is_unopened: bool = False
    """Whether it may have to make room for others, and sooner since no browser has opened a page of it."""

    @property
    def longest(self) -> Instant:
        """How long after it was opened it may last: what is polled for no longer than its client asks."""
        polled = self.request.polled
        return LONGEST if polled is None else min(LONGEST, polled.until - self.opened_at)

    @property
    def may_last_longer(self) -> bool:
        """Whether asking for more time gives some."""
        return self.expires_at < self.opened_at + self.longest

    @property
    def grant_id(self) -> str:
        """The grant that its code may open. Every code for one request is for the same grant, which opens once."""
        assert self.ended_at is not None
        return id_from("grt", self.ended_at, self.interaction_id)

    @property
    def waiting(self) -> WaitingFacts:
        """What the pages recorded so far, for `next_step`."""
        return WaitingFacts(
            self.opened_at,
            self.refused,
            self.child_id,
            self.confirmed,
            self.approval_id,
            self.waits_until,
        )


async def open_interaction(
    unit: Unit,
    sealer: Sealer,
    request: AuthorizationRequest,
    browser: str | None,
    opened_at: Instant,
    taken: Taken = NOTHING,
) -> Interaction:
    """Keep a request until the person has answered. Without a `browser` it is a pushed one (RFC 9126 §2).

    The request may carry a `login_hint`, which is personal data, so it is stored sealed.
    """
    life = PUSHED_LIFE if browser is None else LIFE
    expires_at = opened_at + life if request.polled is None else min(opened_at + life, request.polled.until)
    stored = Stored(
        interaction_id=new_secret(18),
        client_id=request.client_id,
        browser=None if browser is None else digest(browser),
        request=sealer.seal_json(SealPurpose.INTERACTION, request.to_json()),
        opened_at=opened_at,
        expires_at=expires_at,
        refused=None,
        child_id=None,
        ended_at=None,
        kept_for=taken.kept_for,
        size=taken.size,
    )
    await store.add(unit, stored)
    return _opened(sealer, stored, request)


async def make_room(unit: Unit, taken: Taken) -> bool:
    """Give up requests that are on the same account, the least needed first, until this one fits in their place.

    Whether there were enough of them; where there were not, undo the unit.
    """
    return taken.kept_for is not None and await store.make_room(unit, taken.kept_for, taken.size)


_ID = re.compile(r"[A-Za-z0-9_-]{24}")


async def _find(unit: Reading, interaction_id: str) -> Stored | None:
    """The row that an id from a URL names; what cannot be one is not asked of the database, which may not take it."""
    return await store.find(unit, interaction_id) if _ID.fullmatch(interaction_id) else None


async def find_open(unit: Reading, sealer: Sealer, interaction_id: str) -> Interaction | None:
    """A request that is still open, whoever asks; for the client's own door (a pushed request)."""
    stored = await _find(unit, interaction_id)
    if stored is None or not stored.is_open(unit.now):
        return None
    return _opened(sealer, stored, _request(sealer, stored))


async def get_in_browser(unit: Reading, sealer: Sealer, interaction_id: str, browser: str) -> Interaction:
    """The open request of this browser. Raises `InteractionOver`.

    The id alone resumes nothing: who reads it over a shoulder or in a history has another browser.
    """
    stored = await _find(unit, interaction_id)
    if stored is None or not stored.is_open(unit.now) or stored.browser != digest(browser):
        raise InteractionOver
    return _opened(sealer, stored, _request(sealer, stored))


async def find_answered(unit: Reading, sealer: Sealer, interaction_id: str, browser: str) -> Interaction | None:
    """A request of this browser that was answered a moment ago."""
    stored = await _find(unit, interaction_id)
    if stored is None or stored.ended_at is None or stored.browser != digest(browser):
        return None
    return _opened(sealer, stored, _request(sealer, stored)) if unit.now - stored.ended_at < ANSWERED_AGAIN else None


async def outcome_in_browser(unit: Reading, sealer: Sealer, interaction_id: str, browser: str) -> Outcome | None:
    """What became of a request of this browser that is not open any more, while its row is there."""
    stored = await _find(unit, interaction_id)
    if stored is None or stored.is_open(unit.now) or stored.browser != digest(browser):
        return None
    asked = _request(sealer, stored)
    return Outcome(asked.client_id, asked.host, finished=stored.ended_at is not None)


async def adopt(
    unit: Unit, interaction_id: str, browser: str, *, longest: Instant = LONGEST, signed_in: bool = False
) -> None:
    """Tie a request to the browser that shows it first, and give the person time: at each step of the request another
    full span, up to `longest` after it was opened. Where somebody is `signed_in` it is the last to make room. Raises
    `InteractionOver`, also for another browser."""
    if not await store.adopt(unit, interaction_id, digest(browser), unit.now + LIFE, longest, signed_in):
        raise InteractionOver


async def show(unit: Unit, interaction: Interaction) -> None:
    """Record that its browser has opened a page of it, so that it makes no room for those that nobody opens."""
    await store.show(unit, interaction.interaction_id)


async def refuse(unit: Unit, interaction: Interaction, page: str) -> None:
    """Record where the person turned back (`WaitingFacts.refused`). Raises `InteractionOver`."""
    if not await store.refuse(unit, interaction.interaction_id, page):
        raise InteractionOver


async def choose_child(unit: Unit, interaction: Interaction, child_id: str) -> None:
    """Record the child whose account this request is about, once. The caller has checked that it is the guardian's.

    Raises `InteractionOver`, also where a child was chosen before.
    """
    if not await store.choose_child(unit, interaction.interaction_id, child_id):
        raise InteractionOver


async def confirm(unit: Unit, sealer: Sealer, interaction: Interaction, acts: Acts, person_id: str) -> None:
    """Record that this person confirmed on a page of this request what no standing consent covers
    (`WaitingFacts.confirmed`), these acts among it, about the child that was chosen as the page was shown. Raises
    `InteractionOver`.

    The digest of the details is stored sealed: a phone number among them is found from it by trying all.
    """
    seen = digest_of(acts.details)
    confirmed = Confirmed(person_id, None if seen is None else sealer.seal(SealPurpose.CONFIRMED, seen.encode()))
    if not await store.confirm(unit, interaction.interaction_id, confirmed, interaction.child_id):
        raise InteractionOver


async def await_guardian(unit: Unit, interaction: Interaction, approval_id: str) -> None:
    """Have the request wait for a parent or guardian, and last a little longer, so that it ends with an answer to the
    relying party. Raises `InteractionOver`."""
    await _await(unit, interaction, approval_id, unit.now + WAIT_LIFE)


async def wait_longer(unit: Unit, interaction: Interaction) -> None:
    """Give the parent or guardian another full span of time. Raises `InteractionOver`."""
    await _await(unit, interaction, interaction.approval_id, unit.now + WAIT_LIFE)


async def wait_no_more(unit: Unit, interaction: Interaction) -> None:
    """Have the person asked anew, who may decide alone by now. Raises `InteractionOver`."""
    await _await(unit, interaction, None, unit.now)


async def _await(unit: Unit, interaction: Interaction, approval_id: str | None, until: Instant) -> None:
    last = until + LIFE
    if interaction.request.polled is not None:
        until, last = (min(each, interaction.request.polled.until) for each in (until, last))
    if not await store.await_guardian(unit, interaction.interaction_id, approval_id, until, last):
        raise InteractionOver


async def extend(unit: Unit, interaction: Interaction) -> Instant:
    """Give the person another full span of time, as far as there is; when it runs out. Raises `InteractionOver`."""
    if not await store.extend(unit, interaction.interaction_id, unit.now + LIFE, interaction.longest):
        raise InteractionOver
    return max(interaction.expires_at, min(unit.now + LIFE, interaction.opened_at + interaction.longest))


async def end(unit: Unit, interaction: Interaction, browser: str) -> Interaction:
    """End the request, once, in the browser that has it or answers it first. Raises `InteractionOver` for everyone but
    the first, and for another browser."""
    if not await store.end(unit, interaction.interaction_id, digest(browser)):
        raise InteractionOver
    return replace(interaction, ended_at=unit.now)


async def sweep(unit: Unit) -> int:
    """Delete requests that expired; how many. The minute is for those whose time runs out while they are answered."""
    return await store.sweep(unit, unit.now - _EXPIRED_KEPT)


def _request(sealer: Sealer, stored: Stored) -> AuthorizationRequest:
    return AuthorizationRequest.from_json(sealer.open_json(SealPurpose.INTERACTION, stored.request))


def _confirmed(sealer: Sealer, stored: Stored) -> Confirmed | None:
    """Who confirmed what. Of a digest that is not sealed, as earlier versions kept it, the person is asked again."""
    found = stored.confirmed
    if found is None or found.details is None:
        return found
    try:
        return replace(found, details=sealer.open(SealPurpose.CONFIRMED, found.details).decode())
    except NotSealedHere:
        return None


def _opened(sealer: Sealer, stored: Stored, request: AuthorizationRequest) -> Interaction:
    return Interaction(
        interaction_id=stored.interaction_id,
        request=request,
        opened_at=stored.opened_at,
        expires_at=stored.expires_at,
        refused=stored.refused,
        child_id=stored.child_id,
        confirmed=_confirmed(sealer, stored),
        approval_id=stored.approval_id,
        waits_until=stored.waits_until or 0,
        ended_at=stored.ended_at,
        is_unopened=stored.kept_for is not None and stored.taken_up is None,
    )
