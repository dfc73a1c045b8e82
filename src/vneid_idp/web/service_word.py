"""What stands on a consent screen as the word of the service: what it says of the law, and where more of its own words
are. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from vneid_idp.kernel.languages import in_language
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.web.claim_words import Say
from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page of the service about what it does with data, or its terms: what it is and at which host, and its
    address."""

    text: str
    uri: str


_OWN_PAGES = {
    "policy_uri": mark("Privacy policy of %(service)s, at %(host)s"),
    "tos_uri": mark("Terms of use of %(service)s, at %(host)s"),
}


def own_pages(client: Client, locale: str, say: Say) -> tuple[OwnPage, ...]:
    """Those that the service registered (OpenID Connect Registration §2), in the language of the page where it has
    them so."""
    found = []
    for name, text in _OWN_PAGES.items():
        uri = client.metadata.get(f"{name}#{locale}") or client.metadata.get(name)
        if uri:
            host = urlsplit(uri).hostname or uri
            found.append(OwnPage(say(text, service=client.client_name, host=host), uri))
    return tuple(found)


def demanded_in_full(purpose: Purpose, labels: Iterable[str], service: str, locale: str, say: Say) -> str | None:
    """Why no smaller proof stands beside what these labels name, if there is any."""
    claims = "; ".join(label.lower() for label in labels)
    text = mark(
        "%(service)s says that the law demands the values themselves (%(ground)s): %(claims)s. It takes no smaller "
        "proof in their place."
    )
    ground = in_language(purpose.legal_ground, locale)
    return say(text, service=service, ground=ground, claims=claims) if claims else None
