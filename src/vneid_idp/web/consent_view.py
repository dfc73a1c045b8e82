"""The consent screen as values: every sentence of it, what is asked, what would be handed over, what a form decides.

Pure. The page and the receipt only lay out what stands here, so that the receipt is what was shown: a new sentence is a
field of one of these values, and `receipt_text.py` and `templates/interaction/consent.html` give it a place. What
differs from person to person are values (`Line.shown`, `SmallerProof.shown`, `ShownChild.name`, `Fact.shown`), which no
receipt holds.
"""

from dataclasses import dataclass
from types import MappingProxyType

from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.claims import (
    SIGN_IN,
    SMALLER_PROOFS,
    Decisions,
    Item,
    is_permission,
    leaving,
    links_account,
)
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.details.detail_type import Details
from vneid_idp.protocol.targets import is_at_server
from vneid_idp.web.asked_words import asked_in_short
from vneid_idp.web.claim_words import Say, Values
from vneid_idp.web.consent_lines import Line, LineWords, PurposeGroup, group_of, lines_before
from vneid_idp.web.details_view import ShownDetails, shown_details
from vneid_idp.web.elsewhere_words import Servers
from vneid_idp.web.i18n import mark
from vneid_idp.web.left_out import NothingTicked
from vneid_idp.web.link_view import LinkAsked, ShownLink, shown_link
from vneid_idp.web.permitted_view import Permitted, permitted
from vneid_idp.web.pseudonym_words import pseudonym
from vneid_idp.web.screen_frame import frame_of, frame_of_details
from vneid_idp.web.service_word import OwnPage, own_pages
from vneid_idp.web.shown_elsewhere import ShownElsewhere


@dataclass(frozen=True, slots=True)
class ShownChild:
    """Of whom the request is, when not of the person."""

    text: str
    name: str
    in_receipt: str = ""
    """What stands in the place of the name there."""


@dataclass(frozen=True, slots=True)
class GuardianPart:
    """What the page of a child says of the parent or guardian who has to agree as well."""

    title: str
    text: str
    names: tuple[str, ...]
    """Who they are, as far as they can act now; a value, as names are."""
    nobody: str | None = None
    """What is said where none of them can."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that is asked now, what was agreed before and stays, and the words around it."""

    heading: str
    asks: str | None
    """What is asked, in one sentence, where anything is."""
    lead: str
    child: ShownChild | None
    link: ShownLink | None
    details: ShownDetails | None
    groups: tuple[PurposeGroup, ...]
    permissions_title: str
    permissions: tuple[Permitted, ...]
    before_title: str
    before_text: str
    shared_before: tuple[Line, ...]
    pseudonym: str
    agree: str | None
    """The button that agrees, where there is something to agree to."""
    refuse: str
    if_refused: str
    guardian: GuardianPart | None = None
    nothing: NothingTicked | None = None
    own_pages: tuple[OwnPage, ...] = ()
    """Where the service itself says more."""
    tells_sign_in: bool = False
    """Whether the service learns how the person signed in, by what is asked here or was agreed to before."""
    offer: bool = False
    """Whether who takes none of it goes on all the same (`agreed_before.py`)."""
    gives_before: bool = False
    """Whether something is shared or permitted already, and goes on being so."""
    elsewhere: ShownElsewhere | None = None
    """Where the request began, if not in this browser."""

    @property
    def confirms(self) -> bool:
        """Whether something is confirmed that no earlier answer covers (`protocol/acts.py`)."""
        return self.link is not None or self.details is not None

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line that a person can decide, in the order of the page."""
        return tuple(line for group in self.groups for line in (*group.required.lines, *group.optional.lines))


def values_needed(items: tuple[Item, ...], now: Instant) -> dict[str, Instant]:
    """The claims whose values the screen asks about, smaller proofs included, and as of when: an answer given `now`."""
    claims = [item.name for item in items if not is_permission(item.name)]
    return dict.fromkeys([*claims, *(SMALLER_PROOFS[claim] for claim in claims if claim in SMALLER_PROOFS)], now)


def shared_before(asked: tuple[Item, ...], all_items: tuple[Item, ...], decided: Decisions) -> dict[str, Instant]:
    """What is handed over already of what the request wants, and as of when."""
    names = {item.name for item in all_items} - {item.name for item in asked}
    return leaving({name: decision for name, decision in decided.items() if name in names})


def _shown_child(child: str | None, details: Details, say: Say) -> ShownChild | None:
    about = mark("This is about an account for the child that you chose, under your supervision.")
    if details:
        about = mark("The child that you chose:")
    return ShownChild(say(about), child) if child else None


def screen(
    client: Client,
    asked: tuple[Item, ...],
    all_items: tuple[Item, ...],
    decided: Decisions,
    values: Values,
    values_before: Values,
    locale: str,
    say: Say,
    child: str | None = None,
    link: LinkAsked | None = None,
    told: Values | None = None,
    offered_again_days: int | None = None,
    details: Details = (),
    servers: Servers = MappingProxyType({}),
) -> Screen:
    """The screen for the items `asked` now; `all_items` of the request that are `decided` already are shown as such.

    `values` are those of `values_needed`, `values_before` those of `shared_before`; `child` is the name of whom a
    guardian asks for, if any; with `link` an account is to be linked, with `details` these are to be granted. What is
    left out is offered again after so many days. What is `told` so far of an age stands beside the present one.
    """
    words = LineWords(values, values_before, locale, client.client_name, say, told or {}, offered_again_days)
    groups = []
    for number, purpose in enumerate(client.purposes):
        own = [item for item in asked if item.purpose == purpose.id and not is_permission(item.name)]
        if own:
            groups.append(group_of(purpose, number, own, words))
    before = shared_before(asked, all_items, decided)
    asks = {"shares": bool(groups), "links": link is not None, "for_child": child is not None}
    may_link = links_account(item.name for item in all_items)
    sign_in = SIGN_IN in {item.name for item in asked}, SIGN_IN in {item.name for item in all_items}
    confirmed = shown_details(details, client.client_name, say)
    elsewhere = any(is_at_server(item.name) for item in asked)
    frame = frame_of(**asks, may_link=may_link, has_before=bool(before), sign_in=sign_in, elsewhere=elsewhere)
    heading, lead, agree, if_refused = (say(text, service=client.client_name) for text in frame)
    if confirmed is not None:
        heading = confirmed.heading
        lead, agree, if_refused = (say(text) for text in frame_of_details(shares=bool(groups)))
    may_do = permitted(asked, values, servers, locale, say)
    return Screen(
        heading=heading,
        asks=asked_in_short(groups, may_do, say),
        lead=lead,
        child=None if link is not None else _shown_child(child, details, say),
        link=None if link is None else shown_link(link, child, client.client_name, say),
        details=confirmed,
        groups=tuple(groups),
        permissions_title=say(mark("What the service may do")),
        permissions=may_do,
        before_title=say(mark("What you agreed to before")),
        before_text=say(mark("This stays as it is. You can look at it and withdraw under Connected services.")),
        shared_before=lines_before(before, words),
        pseudonym=pseudonym(client, say),
        agree=agree,
        refuse=say(mark("Refuse")),
        if_refused=if_refused,
        own_pages=own_pages(client, locale, say),
        tells_sign_in=sign_in[1],
    )
