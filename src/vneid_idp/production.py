"""What production does not start with, a sentence each: a sandbox's settings, and what is not safe outside of one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vneid_idp.settings import Settings

SANDBOX_MARK = b"sandbox\0\0"
"""The first bytes of a secret that a sandbox made for itself: production knows it by them, wherever it was copied."""

REFUSALS: tuple[tuple[str, Callable[["Settings"], bool]], ...] = (
    ("issuer: must be https in production", lambda s: not s.is_https),
    (
        "mtls_origin: must be https",
        lambda s: s.mtls_origin is not None and not s.mtls_origin.startswith("https://"),
    ),
    ("secret: was made by a sandbox; production needs its own", lambda s: s.root_secret.startswith(SANDBOX_MARK)),
    # Clients choose URLs that we call: with it, one of them reaches the services inside.
    ("outbound_loopback: belongs to the sandbox", lambda s: s.outbound_loopback),
    ("outbound_networks: belongs to the sandbox", lambda s: bool(s.outbound_networks)),
    (
        "sms_gateway_url: must be https and come with sms_gateway_token",
        lambda s: (
            s.sms_gateway_url is not None
            and not (s.sms_gateway_url.startswith("https://") and s.sms_gateway_token is not None)
        ),
    ),
    (
        "registry_url: must be https in production",
        lambda s: s.registry_url is not None and not s.registry_url.startswith("https://"),
    ),
    (
        "registry: synthetic means invented people; allow_synthetic_registry=true says that this is meant",
        lambda s: s.registry == "synthetic" and not s.allow_synthetic_registry,
    ),
    (
        "face_matcher_url: must be https in production",
        lambda s: s.face_matcher_url is not None and not s.face_matcher_url.startswith("https://"),
    ),
    (
        "face_matcher: synthetic means invented faces; allow_synthetic_registry=true says that this is meant",
        lambda s: s.face_matcher == "synthetic" and not s.allow_synthetic_registry,
    ),
    ("social_network_url: belongs to the sandbox", lambda s: s.social_network_url is not None),
    ("carrier_url: belongs to the sandbox", lambda s: s.carrier_url is not None),
    ("carrier_port: belongs to the sandbox", lambda s: s.carrier_port is not None),
    ("tls_port: belongs to the sandbox", lambda s: s.tls_port is not None),
    ("social_network_port: belongs to the sandbox", lambda s: s.social_network_port is not None),
    # Each process would count for itself and let through as many attempts again.
    ("redis_url: is needed by more than one worker", lambda s: s.workers > 1 and s.redis_url is None),
)
"""What production refuses to start with."""
