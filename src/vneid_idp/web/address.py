"""The network address that a request came from, as far as it can be believed."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

from vneid_idp.web.request_headers import headers

Network = IPv4Network | IPv6Network
_IPV6_SITE = 64
_IPV6_WIDER = (56, 48)


def address_of(request: HTTPConnection, trusted_proxies: Sequence[Network]) -> str | None:
    """The address to count attempts under; `None` where there is none, as over a local socket.

    `X-Forwarded-For` is read from the right, and only as long as each hop is a proxy that the operator named: what
    stands left of the first stranger was written by the stranger (RFC 7239 §8.1).
    """
    peer = request.client.host if request.client else None
    hops = [hop.strip() for line in headers(request, b"x-forwarded-for") for hop in line.split(",")]
    return believed_address(peer, hops, trusted_proxies)


def is_trusted(request: HTTPConnection, trusted_proxies: Sequence[Network]) -> bool:
    """Whether the other end of the connection is a proxy that the operator named."""
    peer = _read(request.client.host if request.client else None)
    return peer is not None and any(peer in network for network in trusted_proxies)


def believed_address(peer: str | None, hops: Sequence[str], trusted_proxies: Sequence[Network]) -> str | None:
    """The rightmost address that no trusted proxy has, of `hops` and then `peer`; an IPv6 site counts as one."""
    believed = _read(peer)
    for hop in reversed(hops):
        if believed is None or not any(believed in network for network in trusted_proxies):
            break
        named = _read(hop)
        if named is None:
            break
        believed = named
    if isinstance(believed, IPv6Address):
        # A household has 2^64 addresses of its own, so counting single ones would count nobody.
        return str(ip_network((believed, _IPV6_SITE), strict=False).network_address)
    return None if believed is None else str(believed)


def wider_networks(address: str) -> tuple[str, ...]:
    """The networks around an address that `address_of` gave: of IPv6 the /56 and the /48, which providers hand to one
    customer (RFC 6177 §2). Of IPv4 none."""
    site = ip_address(address)
    if not isinstance(site, IPv6Address):
        return ()
    return tuple(str(ip_network((site, length), strict=False)) for length in _IPV6_WIDER)


def widest_network(address: str | None) -> str:
    """What may be one customer's: the last of `wider_networks`, or the address itself; empty where there is none."""
    return (wider_networks(address) or (address,))[-1] if address else ""


def networks_inwards(address: str | None) -> tuple[str, ...]:
    """The networks around an address, the widest first, and itself: with whom it shares what is limited."""
    return (*reversed(wider_networks(address)), address) if address else ("",)


def _read(text: str | None) -> IPv4Address | IPv6Address | None:
    host = (text or "").strip()
    # Some proxies write the port as well.
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
