"""What the signatures of a FAPI sign-in cost at least: the floor under which no provider comes."""

import time
from collections.abc import Callable, Sequence
from statistics import median

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from bench.report import Measurement

CHECKED = 5
"""Assertions at the pushed request and the token endpoint, proofs there and at userinfo."""
MADE = 1
"""The ID token."""
_TIMES = 2_000
_ECDSA = ec.ECDSA(SHA256())


def share(rows: Sequence[Measurement], flow: str) -> str:
    """One line for each side: how much of the server's CPU time of `flow` its ES256 signatures take, by OpenSSL alone
    and measured now, on this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    text = b"x" * 400
    signature = key.sign(text, _ECDSA)
    public = key.public_key()
    floor = CHECKED * _cost(lambda: public.verify(signature, text, _ECDSA)) + MADE * _cost(
        lambda: key.sign(text, _ECDSA)
    )
    lines = [f"{CHECKED} ES256 signatures checked and {MADE} made take {1e6 * floor:,.0f} µs of a core:"]
    for contender in dict.fromkeys(row.contender for row in rows):
        own = [row.server_cpu / row.completed for row in rows if (row.flow, row.contender) == (flow, contender)]
        if own:
            lines.append(f"- {floor / median(own):.0%} of what {contender} takes for a {flow}")
    return "\n".join(lines)


def _cost(work: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(_TIMES):
        work()
    return (time.process_time() - began) / _TIMES
