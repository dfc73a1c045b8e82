"""What a registration says of purposes: who may say it, how it follows on what stood, and whether the scope fits it."""

from collections.abc import Collection, Mapping
from typing import Any

from vneid_idp.kernel.languages import mark
from vneid_idp.protocol.ceiling import decided_by_operator
from vneid_idp.protocol.claims import MOST_THRESHOLDS, thresholds
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.members import FORMER_THRESHOLDS, Registrar
from vneid_idp.protocol.purposes import DEFAULT_PURPOSE, gone_after, never_asked, purpose_of, renewed, without_purpose


def writes_purposes(registrar: Registrar, before: Mapping[str, Any]) -> bool:
    """Whether a client that registers itself says what it asks for, and nobody else does later."""
    return not registrar.by_operator and registrar.sandbox and not decided_by_operator(before)


def renew_purposes(found: dict[str, Any], before: Mapping[str, Any], material: Collection[str]) -> None:
    """Count the versions of purposes, whatever the update says of them."""
    current, gone = before.get("purposes", []), before.get("gone_purposes", {})
    wanted = found.get("purposes", [])
    unknown = set(material) - {purpose["id"] for purpose in wanted}
    if unknown:
        raise InvalidClientMetadata(
            mark("there is none of the id %(ids)s"), member="purposes", ids=", ".join(sorted(unknown))
        )
    if current or wanted:
        found["purposes"] = renewed(current, wanted, gone, material)
    found.pop("gone_purposes", None)
    if gone := gone_after(current, wanted, gone):
        found["gone_purposes"] = gone


def keep_thresholds(found: dict[str, Any], before: Mapping[str, Any]) -> None:
    """Hold the age thresholds of a client that writes its own purposes together with those that it named before: who
    swaps three for three others would find the year of birth in a few sign-ins. Raises `InvalidClientMetadata`."""
    now, had = (_thresholds(members) for members in (found, before))
    former = (had | set(before.get(FORMER_THRESHOLDS, ()))) - now
    if now - had and len(now | former) > MOST_THRESHOLDS:
        raise InvalidClientMetadata(
            mark(
                "with those that this client named before (%(former)s) they hold more than %(most)s age thresholds, "
                "from which a birth date could be found; who needs others registers another client"
            ),
            member="purposes",
            former=", ".join(sorted(former)),
            most=MOST_THRESHOLDS,
        )
    found.pop(FORMER_THRESHOLDS, None)
    if former:
        found[FORMER_THRESHOLDS] = sorted(former)


def _thresholds(members: Mapping[str, Any]) -> set[str]:
    return thresholds(purpose_of(purpose) for purpose in members.get("purposes", ()))


def check_purposes(found: dict[str, Any], registrar: Registrar, before: Mapping[str, Any]) -> None:
    """What nobody would ever be asked for is refused of who registers itself, and would believe that it has it; the
    operator may bring the scopes, and the purposes, later. What stands is no news."""
    wanted = found.get("purposes", [])
    is_new = not registrar.by_operator and wanted != before.get("purposes", [DEFAULT_PURPOSE])
    if is_new and (never := never_asked(wanted, found["scope"].split())):
        raise InvalidClientMetadata(
            mark("the scope asks for no %(claims)s"), member="purposes", claims=", ".join(never)
        )
    if writes_purposes(registrar, before):
        had = without_purpose(before.get("scope", "").split(), before.get("purposes", []))
        useless = [scope for scope in without_purpose(found["scope"].split(), wanted) if scope not in had]
        if useless:
            raise InvalidClientMetadata(
                mark("no purpose asks for %(scopes)s"), member="scope", scopes=" ".join(useless)
            )
