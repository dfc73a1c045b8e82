"""Refusals in the words of CAMARA's APIs (CAMARA Commonalities, API Design Guide, and `CAMARA_common.yaml`)."""

from collections.abc import Mapping

_CODES: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    429: "TOO_MANY_REQUESTS",
    503: "UNAVAILABLE",
}
_BODY_REFUSED = 422
"""Ours, of a body that is not as it is described, where CAMARA has 400."""


def as_camara(status: int, code: str) -> tuple[int, str]:
    """The status and the code with which a refusal leaves. One that is in CAMARA's words already stays what it is."""
    if code.isupper():
        return status, code
    if status == _BODY_REFUSED:
        status = 400
    return status, _CODES.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT")
