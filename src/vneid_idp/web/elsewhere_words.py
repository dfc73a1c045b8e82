"""What a service may do at a foreign resource server, in words: for the consent screen, receipts and overviews. Pure.

A server that was removed keeps its name, and a scope that it dropped the one that it was asked by.
"""

from collections.abc import Mapping

from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.languages import in_language
from vneid_idp.protocol.resource_servers import ResourceServer
from vneid_idp.protocol.signed_token import SIGNED_TOKEN_LIFE
from vneid_idp.protocol.targets import server_and_scope
from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark

Servers = Mapping[str, ResourceServer]
"""All resource servers that there ever were, by id."""


def title_of(item: str, servers: Servers, locale: str, say: Say) -> str:
    """What it lets the service do, and where."""
    server_id, scope = server_and_scope(item)
    server = servers[server_id]
    defined = server.defines(scope)
    title = scope if defined is None else in_language(defined.title, locale)
    return say(mark("At %(server)s: %(title)s"), server=server.members.name, title=title)


def text_of(item: str, servers: Servers, say: Say, *, first: bool) -> str:
    """What follows from it: where that is and until when, and with the first of a server what is told there."""
    server = servers[server_and_scope(item)[0]]
    minutes = SIGNED_TOKEN_LIFE // MINUTE
    until = mark(
        "The service may do this at %(host)s until you withdraw; access that it has by then ends within %(minutes)s "
        "minutes."
    )
    told = mark(
        "There an identifier stands for you that is made for the service and %(server)s alone. How and when you signed "
        "in is told there only where the service is told it."
    )
    text = say(until, host=server.host, minutes=minutes)
    return f"{text} {say(told, server=server.members.name)}" if first else text


def name_of(item: str, servers: Servers, say: Say) -> str:
    """The server, in the middle of a sentence."""
    return say(mark("access to %(server)s"), server=servers[server_and_scope(item)[0]].members.name)
