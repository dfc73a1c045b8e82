"""Children as a person's own pages name them: while the person acts for them, and the register can be asked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from vneid_idp.identity.register.guardianship import Guardianship, guardianship
from vneid_idp.identity.register.records import RegistryUnavailable
from vneid_idp.portal.access import Holder
from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class Stand:
    """How the holder stands to a child now, and what the child is called."""

    guardianship: Guardianship
    name: str | None


async def stands_to(holder: Holder, person_ids: Collection[str]) -> Mapping[str, Stand]:
    """How the holder stands to each of these children; of none while the register cannot be asked."""
    if not person_ids:
        return {}
    provider = holder.provider
    rules = (await provider.current_policy()).at(holder.now)
    try:
        records = await provider.registry.find_many(person_ids)
    except RegistryUnavailable:
        return {}
    found = {person_id: records.get(person_id) for person_id in person_ids}
    return {
        person_id: Stand(
            guardianship(holder.person_id, child, rules, holder.now), None if child is None else child.full_name
        )
        for person_id, child in found.items()
    }


async def names_of_children(
    holder: Holder, person_ids: Collection[str], *, outgrown: bool = False
) -> Mapping[str, str]:
    """The names of those of these children for whom the holder acts now; with `outgrown` also of those who are old
    enough by now, whose parent or guardian the register still says the holder is: of what the holder did for them.
    To whoever is no guardian any more no name belongs.
    """
    return names_among(await stands_to(holder, person_ids), outgrown=outgrown)


def names_among(stands: Mapping[str, Stand], *, outgrown: bool = False) -> Mapping[str, str]:
    """As `names_of_children`, of children to whom it is known how the holder stands. Pure."""
    theirs = {Guardianship.STANDS, Guardianship.OUTGROWN} if outgrown else {Guardianship.STANDS}
    return {
        person_id: each.name
        for person_id, each in stands.items()
        if each.name is not None and each.guardianship in theirs
    }


def child_named(child_id: str | None, names: Mapping[str, str], say: Say) -> str | None:
    """A child in words: by name where it stands among `names`. Pure."""
    return None if child_id is None else names.get(child_id, say(mark("a child")))
