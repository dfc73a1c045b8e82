"""Where the next page of a list begins, as an API tells it: sealed, so that it works for its own list only and says
nothing to who holds it."""

from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.web.context import Idp


class InvalidCursor(DomainError):
    """The cursor is none that this list gave to this caller."""

    code = "invalid_cursor"
    status = 400
    title = "The cursor does not come from this list. Start again without one."


def new_cursor(provider: Idp, of_list: tuple[str | None, ...], after: str) -> str:
    """The cursor of a page after `after`; `of_list` tells the list, and whose it is, from all others."""
    return provider.keys.sealer.seal_json(SealPurpose.CURSOR, [*of_list, after])


def read_cursor(provider: Idp, of_list: tuple[str | None, ...], text: str) -> str:
    """Where a page starts. Raises `InvalidCursor`."""
    try:
        *found, after = provider.keys.sealer.open_json(SealPurpose.CURSOR, text)
    except (NotSealedHere, ValueError) as error:
        raise InvalidCursor from error
    if tuple(found) != of_list:
        raise InvalidCursor
    return str(after)
