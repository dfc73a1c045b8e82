"""Purposes of a relying party, as its registration states them."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from vneid_idp.kernel.languages import DEFAULT, LANGUAGES, mark
from vneid_idp.protocol.claims import (
    BINDING_CLAIMS,
    CLAIMS,
    MOST_THRESHOLDS,
    PERMISSIONS,
    is_permitted,
    scopes_of,
    thresholds,
)
from vneid_idp.protocol.client import Purpose
from vneid_idp.protocol.uris import BadMember
from vneid_idp.protocol.visible_line import visible_line

PURPOSE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What names a purpose: it stands in events and in addresses of pages."""
_TEXTS = {"title": 200, "text": 2000, "legal_ground": 500, "kept_until": 500}
"""What a purpose says in words, and how many characters each may have at most."""
_CLAIMS = ("required", "optional", "required_in_full")
_VERSION = re.compile(r"[0-9]{1,10}")  # no more digits than Python is willing to read
_GONE_KEPT = 50
"""Of so many purposes that were taken out the last version is kept each by itself."""
_LONG_GONE = "*"  # no id of a purpose

DEFAULT_PURPOSE: dict[str, Any] = {
    "id": "sandbox",
    "version": 1,
    "title": {"vi": "Kết nối thử trong môi trường thử nghiệm", "en": "Trying things in the sandbox"},
    "text": {
        "vi": "Nhà phát triển thử kết nối với những người không có thật.",
        "en": "A developer tries out the connection with people who do not exist.",
    },
    "legal_ground": {"vi": "Không có: dữ liệu giả lập", "en": "None: synthetic data"},
    "kept_until": {"vi": "khi môi trường thử nghiệm được khởi tạo lại", "en": "the sandbox is reset"},
    "required": [],
    "optional": [*(claim for claim in CLAIMS if claim != "id_number"), *BINDING_CLAIMS],
}
"""What a client that registers itself in the sandbox may ask for; the operator registers the purposes of all others."""


def read_purposes(value: object) -> list[dict[str, Any]]:
    """Read the registered member `purposes`: a list of JSON objects.

    Texts are there in the default language, and in others of ours as the client wrote them: who reads another one sees
    the default. Raises `BadMember`. A version is a positive whole number, or the same in digits.
    """
    if not isinstance(value, list) or len(value) > 20:
        raise BadMember(mark("must be an array of at most 20 purposes"))
    purposes = [_read_purpose(purpose) for purpose in value]
    if len({purpose["id"] for purpose in purposes}) < len(purposes):
        raise BadMember(mark("holds two purposes with the same id"))
    told = thresholds(purpose_of(purpose) for purpose in purposes)
    if len(told) > MOST_THRESHOLDS:
        raise BadMember(
            mark(
                "holds more than %(most)s age thresholds, from which a birth date could be found: %(thresholds)s; a "
                "smaller proof that may be given in place of a claim is one of them, and an age band tells 13, 16 and "
                "18"
            ),
            most=MOST_THRESHOLDS,
            thresholds=", ".join(sorted(told)),
        )
    return purposes


def _read_purpose(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        raise BadMember(mark("holds a purpose without an id"))
    if not PURPOSE_ID.fullmatch(value["id"]):
        raise BadMember(
            mark("holds a purpose whose id is no identifier of at most 64 letters, digits, '.', '_' and '-'")
        )
    version = str(value.get("version", 1))
    if not _VERSION.fullmatch(version) or not 0 < int(version) < 2**31:
        raise BadMember(mark("holds a purpose whose version is not a positive number"))
    purpose: dict[str, Any] = {"id": value["id"], "version": int(version)}
    for name, longest in _TEXTS.items():
        texts = value.get(name)
        if not isinstance(texts, dict) or DEFAULT not in texts:
            raise BadMember(
                mark("holds a purpose whose %(words)s is not given in %(language)s"), words=name, language=DEFAULT
            )
        purpose[name] = {language: _line(name, texts[language], longest) for language in LANGUAGES if language in texts}
    for name in ("required", "optional"):
        claims = value.get(name, [])
        if not isinstance(claims, list) or not all(isinstance(claim, str) and scopes_of(claim) for claim in claims):
            raise BadMember(mark("holds a purpose with an unknown claim among the %(kind)s ones"), name, kind=name)
        purpose[name] = list(dict.fromkeys(claims))
    if set(purpose["required"]) & set(purpose["optional"]):
        raise BadMember(mark("holds a purpose with a claim that is both required and optional"), "optional")
    in_full = value.get("required_in_full", [])
    if not isinstance(in_full, list) or not all(claim in purpose["required"] for claim in in_full):
        raise BadMember(mark("holds a purpose with a claim required in full that is not required"), "required_in_full")
    if in_full:
        purpose["required_in_full"] = list(dict.fromkeys(in_full))
    return purpose


def _line(name: str, value: object, longest: int) -> str:
    line = visible_line(value, longest) if isinstance(value, str) else None
    if line is None:
        raise BadMember(
            mark(
                "holds a purpose whose %(words)s is not one line of at most %(most)s visible characters in each of its "
                "languages"
            ),
            words=name,
            most=longest,
        )
    return line


def never_asked(purposes: Sequence[Mapping[str, Any]], scope: Collection[str]) -> tuple[str, ...]:
    """The claims that purposes name and that no request of a client registered for this scope could ask for."""
    names = dict.fromkeys(name for purpose in purposes for name in (*purpose["required"], *purpose["optional"]))
    return tuple(name for name in names if not is_permitted(name, scope))


def without_purpose(scope: Iterable[str], purposes: Collection[Mapping[str, Any]]) -> tuple[str, ...]:
    """The scopes of which no purpose names a claim: nobody is ever asked for them, and nothing comes of them.

    Permissions are given for any purpose (`claims.covers`).
    """
    names = {name for purpose in purposes for name in (*purpose["required"], *purpose["optional"])}
    asked = {"openid", *(PERMISSIONS if purposes else ()), *(each for name in names for each in scopes_of(name))}
    return tuple(name for name in scope if name not in asked)


def purpose_of(value: dict[str, Any]) -> Purpose:
    """The purpose that `read_purposes` accepted."""
    return Purpose(**{**value, **{name: tuple(value.get(name, ())) for name in _CLAIMS}})


def renewed(
    current: Sequence[Mapping[str, Any]],
    wanted: Sequence[Mapping[str, Any]],
    gone: Mapping[str, int],
    material: Collection[str],
) -> list[dict[str, Any]]:
    """The purposes `wanted`, with the versions that follow those `current`; what they themselves say of it is moot.

    One in which a text or a claim changed gets the next version, and people are asked for the claims that it did not
    have before, or did not require in full. Of those in `material` the meaning changed: people are asked for the whole
    purpose again. `gone` has the last versions of purposes that were taken out (`gone_after`): one that comes back is
    another one, whatever its id.
    """
    before, others = {purpose["id"]: purpose for purpose in current}, gone.get(_LONG_GONE, 0)
    return [_renewed(before.get(p["id"]), p, gone.get(p["id"], others), p["id"] in material) for p in wanted]


def changed(current: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The ids of the purposes that stand, stay, and say something else than before."""
    before = {purpose["id"]: _content(purpose) for purpose in current}
    return frozenset(p["id"] for p in wanted if p["id"] in before and _content(p) != before[p["id"]])


def _content(purpose: Mapping[str, Any]) -> dict[str, Any]:
    return {name: purpose[name] for name in ("id", *_TEXTS, *_CLAIMS) if name in purpose}


def _renewed(before: Mapping[str, Any] | None, wanted: Mapping[str, Any], gone: int, material: bool) -> dict[str, Any]:
    content = _content(wanted)
    if before is None:
        return {**content, "version": gone + 1}
    if not material and content == _content(before):
        return dict(before)
    version = before["version"] + 1
    if material:
        return {**content, "version": version}
    had, has = ({*purpose["required"], *purpose["optional"]} for purpose in (before, wanted))
    added = {claim: since for claim, since in before.get("claims_since", {}).items() if claim in has}
    could_be_less = had - {*before.get("required_in_full", ())}
    stricter = could_be_less.intersection(wanted.get("required_in_full", ()))
    added |= dict.fromkeys(sorted(has - had | stricter), version)
    answers_since = before.get("answers_since", before["version"])
    return {**content, "version": version, "answers_since": answers_since, "claims_since": added}


def gone_after(
    current: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]], gone: Mapping[str, int]
) -> dict[str, int]:
    """The last version of every purpose that once stood and is not `wanted`.

    Of those that went long ago, after many others, the highest alone is kept: any that comes back gets a later one. A
    client that changes its purposes for ever would else make its registration grow for ever.
    """
    last = {**gone, **{purpose["id"]: purpose["version"] for purpose in current}}
    stays = {purpose["id"] for purpose in wanted}
    left = {name: version for name, version in last.items() if name not in stays}
    others = left.pop(_LONG_GONE, 0)
    kept = dict(list(left.items())[-_GONE_KEPT:])
    others = max([others, *(version for name, version in left.items() if name not in kept)])
    return kept if others == 0 else {_LONG_GONE: others, **kept}
