"""Purposes of a relying party, as its registration states them."""

from typing import Any

from vneid_idp.protocol.claims import CLAIMS, scope_of
from vneid_idp.protocol.client import Purpose
from vneid_idp.protocol.uris import BadMember

_TEXTS = ("title", "text", "legal_ground", "kept_until")
_LANGUAGES = ("vi", "en")

DEFAULT_PURPOSE: dict[str, Any] = {
    "id": "sandbox",
    "version": 1,
    "title": {"vi": "Thử nghiệm trong môi trường mô phỏng", "en": "Trying things in the sandbox"},
    "text": {
        "vi": "Nhà phát triển thử kết nối với những người không có thật.",
        "en": "A developer tries out the connection with people who do not exist.",
    },
    "legal_ground": {"vi": "Không có: dữ liệu tổng hợp", "en": "None: synthetic data"},
    "kept_until": {"vi": "Đến khi môi trường mô phỏng được làm mới", "en": "Until the sandbox is reset"},
    "required": [],
    "optional": [claim for claim in CLAIMS if claim != "id_number"],
}
"""What a client that registers itself in the sandbox may ask for; the operator registers the purposes of all others."""


def read_purposes(value: object) -> list[dict[str, Any]]:
    """Read the registered member `purposes`: a list of JSON objects with texts in both languages.

    Raises `BadMember`. A version is a positive whole number, or the same in digits.
    """
    if not isinstance(value, list) or len(value) > 20:
        raise BadMember("must be an array of at most 20 purposes")
    purposes = [_read_purpose(purpose) for purpose in value]
    if len({purpose["id"] for purpose in purposes}) < len(purposes):
        raise BadMember("holds two purposes with the same id")
    return purposes


def _read_purpose(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        raise BadMember("holds a purpose without an id")
    version = str(value.get("version", 1))
    if not version.isascii() or not version.isdigit() or not 0 < int(version) < 2**31:
        raise BadMember("holds a purpose whose version is not a positive number")
    purpose: dict[str, Any] = {"id": value["id"], "version": int(version)}
    for name in _TEXTS:
        texts = value.get(name)
        if not isinstance(texts, dict) or not all(isinstance(texts.get(lang), str) for lang in _LANGUAGES):
            raise BadMember(f"holds a purpose whose {name} is not given in vi and en")
        purpose[name] = {language: texts[language] for language in _LANGUAGES}
    for name in ("required", "optional"):
        claims = value.get(name, [])
        if not isinstance(claims, list) or not all(isinstance(claim, str) and scope_of(claim) for claim in claims):
            raise BadMember(f"holds a purpose with an unknown claim among the {name} ones")
        purpose[name] = list(dict.fromkeys(claims))
    if set(purpose["required"]) & set(purpose["optional"]):
        raise BadMember("holds a purpose with a claim that is both required and optional")
    return purpose


def purpose_of(value: dict[str, Any]) -> Purpose:
    """The purpose that `read_purposes` accepted."""
    return Purpose(**{**value, "required": tuple(value["required"]), "optional": tuple(value["optional"])})
