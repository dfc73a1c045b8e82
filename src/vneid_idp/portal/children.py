"""Children as a person's own pages name them: while the person acts for them, and the register can be asked."""

from collections.abc import Collection, Mapping

from vneid_idp.identity.register.guardianship import Guardianship, guardianship
from vneid_idp.identity.register.records import RegistryUnavailable
from vneid_idp.portal.access import Holder
from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark


async def names_of_children(
    holder: Holder, person_ids: Collection[str], *, outgrown: bool = False
) -> Mapping[str, str]:
    """The names of those of these children for whom the holder acts now; with `outgrown` also of those who are old
    enough by now, whose parent or guardian the register still says the holder is: of what the holder did for them.
    To whoever is no guardian any more no name belongs.
    """
    if not person_ids:
        return {}
    provider = holder.provider
    stand = {Guardianship.STANDS, Guardianship.OUTGROWN} if outgrown else {Guardianship.STANDS}
    rules = (await provider.current_policy()).at(holder.now)
    try:
        records = await provider.registry.find_many(person_ids)
    except RegistryUnavailable:
        return {}
    return {
        person_id: record.full_name
        for person_id, record in records.items()
        if record is not None and guardianship(holder.person_id, record, rules, holder.now) in stand
    }


def child_named(child_id: str | None, names: Mapping[str, str], say: Say) -> str | None:
    """A child in words: by name where it stands among `names`. Pure."""
    return None if child_id is None else names.get(child_id, say(mark("a child")))
