"""URIs that relying parties register: what may stand in one, decided on the text alone."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlencode, urlsplit

from vneid_idp.kernel.languages import mark
from vneid_idp.kernel.wording import Wording

LONGEST = 2048
_HTTP = re.compile(r"http://(?P<host>\[[0-9a-f:.]+\]|[0-9a-z.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<rest>(?:[/?].*)?)")


class BadMember(ValueError):
    """A registered member has no good value; its words stand after "<member>: ", and are marked for translation.

    `part` names which part of it, where it has some that are named.
    """

    def __init__(self, wording: Wording | str, part: str | None = None, **values: object) -> None:
        self.wording = wording if isinstance(wording, Wording) else Wording(wording, values)
        super().__init__(str(self.wording))
        self.part = part


class BadUri(BadMember):
    """The text is no URI of the kind that is asked for."""


def shown_host(uri: str) -> str:
    """Where an address leads, as people are told: host and port, or the scheme of an application (`app.example:`)."""
    address = urlsplit(uri)
    return address.netloc or f"{address.scheme}:"


def is_loopback(host: str | None) -> bool:
    """Whether `host` names this machine by RFC 8252 §7.3: `localhost` or a loopback address literal."""
    if host is None:
        return False
    if host == "localhost":
        return True
    if not (host[:1].isdigit() or ":" in host):
        return False  # a name; asked of every client at each sign-in, and reading it as an address costs an exception
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_uri(text: object) -> SplitResult:
    """An absolute URI without fragment, user information or anything that parsers disagree about; raises `BadUri`.

    Whitespace, control characters, backslashes and non-ASCII letters are where one parser's host is another one's path.
    """
    if not isinstance(text, str) or not text or len(text) > LONGEST:
        raise BadUri(mark("must be a URI of at most %(most)s characters"), most=LONGEST)
    if any(not 0x21 <= ord(letter) <= 0x7E or letter in '\\"<>^`{|}' for letter in text):
        raise BadUri(mark("holds a character that a URI cannot hold (RFC 3986 section 2)"))
    if "#" in text:
        raise BadUri(mark("must not have a fragment"))
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise BadUri(mark("is not a URI")) from None
    if not parts.scheme:
        raise BadUri(mark("must be absolute: '%(uri)s' has no scheme"), uri=text[:100])
    if "@" in parts.netloc:
        raise BadUri(mark("must not carry user information"))
    return parts


def check_web_url(text: object, *, loopback: bool = False) -> None:
    """An https URL, or with `loopback` also an http URL of this machine; raises `BadUri`."""
    parts = read_uri(text)
    if parts.scheme == "https" and parts.hostname:
        return
    if loopback and parts.scheme == "http" and is_loopback(parts.hostname):
        return
    if loopback:
        raise BadUri(mark("must be an https URL (http only on localhost)"))
    raise BadUri(mark("must be an https URL"))


def check_server_url(text: object, *, sandbox: bool) -> None:
    """A URL that we call, or that a page links to: https, and in a sandbox also http of this machine and of what is no
    host of the Internet: names of one word, as containers have them, `*.internal`, private addresses. Raises `BadUri`.

    Whether such a host is called at all is for the settings to say (`outbound_networks`).
    """
    parts = read_uri(text)
    if sandbox and parts.scheme == "http" and parts.hostname and _is_local(parts.hostname):
        return
    check_web_url(text, loopback=sandbox)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(".internal")


def check_app_uri(text: object) -> None:
    """A URI that a native application can receive (RFC 8252 §7): claimed https, loopback http, or an own scheme.

    An own scheme is a reversed domain name (§7.1): the dot keeps out `javascript`, `data`, `file` and their kin.
    """
    parts = read_uri(text)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return
    if parts.scheme not in ("http", "https") and "." in parts.scheme:
        return
    raise BadUri(mark("must be https, http on a loopback address, or a scheme in reverse domain notation"))


def check_address(text: object, *, native: bool, loopback: bool) -> None:
    """An address of a client that a browser is led to, of a native application or of a server. Raises `BadUri`."""
    if native:
        check_app_uri(text)
    elif read_uri(text).scheme in ("http", "https"):
        check_web_url(text, loopback=loopback)
    else:
        raise BadUri(
            mark(
                "must be an https URL; an own scheme takes application_type native and reverse domain notation, as "
                "vn.example.app:/callback"
            )
        )


def same_but_port(registered: str, uri: str, *, localhost: bool) -> bool:
    """Whether `uri` is the http address of this machine that is `registered`, at a port of its own choice.

    A native application gets its port from the system as it starts to listen (RFC 8252 §7.3). That holds for the
    address literals of the loopback; with `localhost` also for that name (RFC 9700 §2.1).
    """
    had, has = _HTTP.fullmatch(registered), _HTTP.fullmatch(uri)
    if had is None or has is None or (had["host"], had["rest"]) != (has["host"], has["rest"]):
        return False
    if has["port"] is not None and not 0 < int(has["port"]) < 2**16:
        return False
    return is_loopback(had["host"].strip("[]")) and (localhost or had["host"] != "localhost")


def origin(text: str) -> str:
    """`scheme://host:port` of a URL, as browsers write origins: the port of the scheme is left out."""
    parts = urlsplit(text)
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


def with_query(uri: str, **parameters: str) -> str:
    """`uri` with `parameters` after those of the query that it has already (RFC 6749 §3.1.2)."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"


def with_fragment(uri: str, **parameters: str) -> str:
    """`uri`, which has no fragment, with `parameters` as one (OAuth 2.0 Multiple Response Types §2.1)."""
    return f"{uri}#{urlencode(parameters)}"
