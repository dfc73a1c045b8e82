"""The consent screen where two have to agree: what it says to the child, and what it asks the parent or guardian. Pure.

Whose consent it takes is judged in `identity/register/guardianship.py`.
"""

from collections.abc import Iterable
from dataclasses import replace

from vneid_idp.identity.register.guardianship import Consenting
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.protocol.claims import Decision, Decisions
from vneid_idp.protocol.client import Client
from vneid_idp.web.asked_words import shared_in_short
from vneid_idp.web.claim_words import AGES, Say, topic_of
from vneid_idp.web.consent_form import decide_line
from vneid_idp.web.consent_lines import FULL, NOTHING, SMALLER, Block, Line, PurposeGroup, arranged
from vneid_idp.web.consent_view import GuardianPart, Screen, ShownChild
from vneid_idp.web.i18n import mark
from vneid_idp.web.pseudonym_words import pseudonym


def for_child(
    screen: Screen, service: str, consenting: Consenting, guardians: Iterable[str], rules: Rules, say: Say
) -> Screen:
    """The screen as a child sees it; the very same where the person decides alone, or nothing is asked."""
    if consenting is Consenting.ALONE:
        return screen
    if not (screen.groups or screen.permissions):
        return screen
    names = tuple(guardians)
    if not names:
        return _for_who_can_ask_nobody(screen, service, rules, say)
    asked = consenting is Consenting.WITH_GUARDIAN
    if not asked and not any(decision.gives for decision in least(screen).values()):
        return _for_who_shares_nothing(screen, rules, say)
    values = {"years": rules[Threshold.CONSENT_ALONE_FROM_AGE], "asked_from": rules[Threshold.CHILD_ASKED_FROM_AGE]}
    if asked:
        text = mark(
            "You are under %(years)s. You say first whether you want to share this. Then a parent or guardian is "
            "asked, and decides. Only when both of you agree is anything shared. What you leave out stays out."
        )
    else:
        text = mark(
            "Under the age of %(asked_from)s you are not asked: a parent or guardian alone decides. Only what the "
            "service cannot do without is put before them."
        )
    part = GuardianPart(
        title=say(mark("A parent or guardian has to agree as well") if asked else mark("A parent or guardian decides")),
        text=say(text, **values),
        names=names,
    )
    changed = replace(
        screen,
        lead=say(_lead(screen, asked=asked)),
        guardian=part,
        agree=say(mark("Agree and ask them") if asked else mark("Ask them")),
        if_refused=screen.if_refused if screen.offer else say(_if_refused(screen)),
    )
    return changed if asked else decided_already(changed, least(screen), say)


def _for_who_shares_nothing(screen: Screen, rules: Rules, say: Say) -> Screen:
    """The screen of a child who is too young to be asked, where the service can do without all of it: nobody chooses in
    the child's place what may be left out, so there is nothing to put before a parent or guardian."""
    text = mark(
        "Under the age of %(asked_from)s you are not asked what you want to share, and this service can do without all "
        "of it. So you go on without it."
    )
    nothing = mark("Nothing more is shared.") if screen.gives_before else mark("Nothing is shared.")
    part = GuardianPart(
        title=say(mark("No parent or guardian has to be asked")),
        text=say(text, asked_from=rules[Threshold.CHILD_ASKED_FROM_AGE]),
        names=(),
    )
    agree = None if screen.offer else say(mark("Go on without sharing anything"))
    return decided_already(replace(screen, lead=say(nothing), guardian=part, agree=agree), least(screen), say)


def _for_who_can_ask_nobody(screen: Screen, service: str, rules: Rules, say: Say) -> Screen:
    """The screen of a child who has no parent or guardian that could answer: nothing is put before it to agree to. Who
    shares nothing needs nobody, so where the service takes that, the child goes on with it."""
    can_go_on = not any(decision.gives for decision in least(screen).values())
    nobody = mark(
        "Nobody whom the population register names as your parent or guardian can be asked here at present, so nothing "
        "can be shared. Any registration office can put that right; a parent or guardian needs an account of level 2."
    )
    text = mark("Under the age of %(years)s a parent or guardian has to agree to what is shared.")
    shared = mark("Nothing more is shared.") if screen.gives_before else mark("Nothing is shared.")
    back = mark("You go back to the service. When somebody can be asked, begin again there.")
    shown = replace(
        screen,
        lead=say(shared),
        guardian=GuardianPart(
            title=say(mark("Nobody can be asked for you here")),
            text=say(text, years=rules[Threshold.CONSENT_ALONE_FROM_AGE]),
            names=(),
            nobody=say(nobody),
        ),
        asks=None,
        link=None,
        details=None,
        groups=(),
        permissions=(),
        agree=None,
        pseudonym=screen.pseudonym if can_go_on else "",
    )
    if not can_go_on:
        return replace(shown, refuse=say(mark("Back to %(service)s"), service=service), if_refused=say(back))
    return shown if shown.offer else replace(shown, agree=say(mark("Go on without sharing anything")))


def _lead(screen: Screen, *, asked: bool) -> str:
    if screen.gives_before:
        return (
            mark(
                "Nothing more is shared before you and a parent or guardian have agreed. You can withdraw at any time."
            )
            if asked
            else mark("Nothing more is shared before a parent or guardian has agreed.")
        )
    return (
        mark("Nothing is shared before you and a parent or guardian have agreed. You can withdraw at any time.")
        if asked
        else mark("Nothing is shared before a parent or guardian has agreed.")
    )


def _if_refused(screen: Screen) -> str:
    if screen.gives_before:
        return mark(
            "If you refuse, nobody is asked: you go back to the service and nothing more is shared. What was agreed to "
            "before stays as it is."
        )
    return mark("If you refuse, nobody is asked: you go back to the service and nothing is shared.")


def least(screen: Screen) -> Decisions:
    """The least that the service cannot do without, smaller proofs where they will do."""
    decisions: Decisions = {}
    for group in screen.groups:
        for line in group.required.lines:
            decide_line(decisions, line, SMALLER if line.smaller else FULL)
        for line in (*group.optional.lines, *group.absent.lines):
            decide_line(decisions, line, NOTHING)
    for permission in screen.permissions:
        item = permission.item
        decisions[item.name] = Decision(item.purpose, item.version, given=True)
    return decisions


def for_guardian(screen: Screen, decisions: Decisions, client: Client, child: str, *, asked: bool, say: Say) -> Screen:
    """The screen that the child saw, as its parent or guardian answers it; `asked` whether the child was."""
    both = mark("The child has agreed. Nothing is shared unless you agree as well, and either of you can withdraw.")
    alone = mark("The child is too young to be asked: you decide. You can withdraw at any time.")
    return replace(
        decided_already(screen, decisions, say),
        heading=say(
            mark("%(service)s asks for information about a child for whom you decide"), service=client.client_name
        ),
        lead=say(both if asked else alone),
        child=ShownChild(say(mark("This is about:")), child, in_receipt=say(mark("the child"))),
        pseudonym=pseudonym(client, say, of_child=True),
        agree=say(mark("Agree for the child")),
        refuse=say(mark("Refuse")),
        if_refused=say(
            mark(
                "If you refuse, nothing is shared. The child is told, and the service learns only that it was refused."
            )
        ),
        shared_before=(),
        guardian=None,
    )


def decided_already(screen: Screen, decisions: Decisions, say: Say) -> Screen:
    """The screen with nothing left to choose: what would be shared, and what would not."""
    groups = tuple(_decided(group, decisions, say) for group in screen.groups)
    return replace(screen, groups=groups, asks=shared_in_short(groups, screen.permissions, say))


def _decided(group: PurposeGroup, decisions: Decisions, say: Say) -> PurposeGroup:
    lines = (*group.required.lines, *group.optional.lines, *group.absent.lines)
    given = [_line(line, decisions, say) for line in lines if _gives(line, decisions)]
    # Few thresholds, whether required or not, stand together.
    given.sort(key=lambda line: line.topic.kind is AGES)
    kept = tuple(_ungrouped(line, say, unknown=None) for line in lines if not _gives(line, decisions))
    return replace(
        group,
        required=Block(say(mark("This would be shared")), arranged(given, say, set()), group.required.hint),
        optional=Block("", ()),
        absent=Block(say(mark("Asked for as well, and not shared:")), kept),
    )


def _ungrouped(line: Line, say: Say, unknown: str | None) -> Line:
    """The line by itself: without its choices and what stood over it, under its full name."""
    return replace(line, smaller=None, group=None, label=line.topic.name(say), unknown=unknown)


def _gives(line: Line, decisions: Decisions) -> bool:
    return any(item.name in decisions and decisions[item.name].gives for item in line.items)


def _line(line: Line, decisions: Decisions, say: Say) -> Line:
    smaller = line.smaller
    # Whose account it is, the screen says.
    unknown = None if line.unknown is None else say(mark("Not in the account yet. Once it is there, it is shared"))
    plain = _ungrouped(line, say, unknown)
    if smaller is None or decisions[smaller.instead_of].instead is None:
        return plain
    note = say(mark("only a smaller proof in its place"))
    return replace(plain, shown=smaller.value, note=note, in_place=topic_of(smaller.claim))
