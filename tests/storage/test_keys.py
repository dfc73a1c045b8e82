"""Keys on both databases: rotation without a restart, races, and what a ring does."""

import asyncio
import hmac

import jwt
import orjson
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry
from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.watch import Watch
from vneid_idp.audit.deeds import data_of
from vneid_idp.audit.tables import events as audited
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.kernel.secrets import base64url, from_base64url
from vneid_idp.keys import service
from vneid_idp.keys.jwe import NotEncryptedToUs
from vneid_idp.keys.material import Wrapping, WrongMaster
from vneid_idp.keys.ring import KeyRing, NoActiveKey, NotSignedHere
from vneid_idp.keys.rules import LASTING, MOST_SEALS, KeyKind, KeyState, Schedule
from vneid_idp.keys.store import all_keys
from vneid_idp.keys.tables import keys
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

MASTER = b"a master secret of the settings!"
SCHEDULE = Schedule()
ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"]


async def ring_of(db: Database) -> KeyRing:
    async with db.writing() as unit:
        await service.ensure(unit, MASTER)
    async with db.reading() as unit:
        return await service.load(unit, MASTER)


async def rotate(db: Database, **how: object) -> None:
    async with db.writing() as unit:
        await service.rotate(unit, MASTER, **how)  # type: ignore[arg-type]


def published(ring: KeyRing, watch: Watch) -> dict[str, dict[str, str]]:
    return {key["kid"]: key for key in orjson.loads(ring.jwks_bytes(watch.now()))["keys"]}


def verified_by_pyjwt(token: str, jwks: dict[str, dict[str, str]]) -> object:
    header = jwt.get_unverified_header(token)
    key = jwt.PyJWK(jwks[header["kid"]])
    return jwt.decode(token, key, algorithms=[header["alg"]], options={"verify_aud": False})


async def test_strangers_verify_what_the_ring_signs(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    jwks = published(ring, watch)
    for alg in ALGORITHMS:
        token = ring.sign(alg, {"sub": "một người"}, typ="at+jwt", now=watch.now())
        own = ring.verify_own(token, watch.now(), typ="at+jwt")
        assert verified_by_pyjwt(token, jwks) == {"sub": "một người"} == own
        with pytest.raises(NotSignedHere):
            ring.verify_own(token, watch.now())  # as an ID token
        assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    assert "typ" not in jwt.get_unverified_header(ring.sign("ES256", {}, now=watch.now()))
    with pytest.raises(NoActiveKey):
        ring.sign("HS256", {}, now=watch.now())


async def test_the_jwks_holds_public_members_only(db: Database, watch: Watch) -> None:
    members = published(await ring_of(db), watch).values()
    assert sorted((key["use"], key["alg"]) for key in members) == [
        ("enc", "RSA-OAEP"),
        *(("sig", alg) for alg in sorted(ALGORITHMS)),
    ]
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & {name for key in members for name in key}


async def test_without_each_of_its_keys_there_is_no_ring(db: Database, watch: Watch) -> None:
    async with db.reading() as unit:
        with pytest.raises(NoActiveKey):
            await service.load(unit, MASTER)
    await ring_of(db)
    async with db.reading() as unit:
        stored = await all_keys(unit)
    for missing in (KeyKind.SEALING, *LASTING):
        with pytest.raises(NoActiveKey):
            KeyRing(Wrapping(MASTER), [key for key in stored if key.facts.kind is not missing], watch.now())


async def test_a_rotation_reaches_a_running_ring(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    old = published(ring, watch)
    before = ring.sign("ES256", {"n": 1}, now=watch.now())
    await rotate(db)
    await ring.reload(db)
    both = published(ring, watch)
    assert len(both) == 2 * len(old)
    assert jwt.get_unverified_header(ring.sign("ES256", {}, now=watch.now()))["kid"] in old
    watch.advance(SCHEDULE.announced_for)
    after = ring.sign("ES256", {"n": 2}, now=watch.now())
    assert jwt.get_unverified_header(after)["kid"] not in old
    assert verified_by_pyjwt(after, both) == {"n": 2}
    assert ring.verify_own(before, watch.now()) == {"n": 1}
    watch.advance(SCHEDULE.published_after)
    assert not set(published(ring, watch)) & set(old)
    with pytest.raises(NotSignedHere):
        ring.verify_own(before, watch.now())


async def test_a_compromised_key_verifies_nothing(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    before = ring.sign("RS256", {}, now=watch.now())
    await rotate(db, kinds=(KeyKind.RS256,), compromised=True)
    await ring.reload(db)
    assert ring.verify_own(ring.sign("RS256", {}, now=watch.now()), watch.now()) == {}
    with pytest.raises(NotSignedHere):
        ring.verify_own(before, watch.now())


async def test_a_key_that_was_ending_anyway_ends_at_once_when_it_is_compromised_and_never_comes_back(
    db: Database, watch: Watch
) -> None:
    ring = await ring_of(db)
    before = ring.sign("ES256", {}, now=watch.now())
    await rotate(db, kinds=(KeyKind.ES256,))
    watch.advance(HOUR)
    await rotate(db, kinds=(KeyKind.ES256,), compromised=True)
    await ring.reload(db)
    signer = jwt.get_unverified_header(ring.sign("ES256", {}, now=watch.now()))["kid"]
    for _ in range(2):
        async with db.reading() as unit:
            listed = [key for key in await service.list_keys(unit) if key.kind is KeyKind.ES256]
        assert [key.state for key in listed[:2]] == [KeyState.GONE, KeyState.GONE], "the announced one as well"
        assert (listed[2].kid, listed[2].state) == (signer, KeyState.ACTIVE)
        with pytest.raises(NotSignedHere):
            ring.verify_own(before, watch.now())
        # An ordinary rotation after it, which gives predecessors their month.
        await rotate(db, kinds=(KeyKind.ES256,))
        await ring.reload(db)


async def test_a_key_that_was_replaced_stays_replaced_when_its_successor_is(db: Database, watch: Watch) -> None:
    await ring_of(db)
    await rotate(db, kinds=(KeyKind.ES256,), immediately=True)
    watch.advance(HOUR)
    await rotate(db, kinds=(KeyKind.ES256,))
    async with db.reading() as unit:
        listed = [key for key in await service.list_keys(unit) if key.kind is KeyKind.ES256]
    assert [key.state for key in listed] == [KeyState.RETIRED, KeyState.ACTIVE, KeyState.ANNOUNCED]
    first, second, third = listed
    assert (first.retire_at, second.retire_at) == (second.activate_at, third.activate_at)
    # In a hurry after all: the one that signs goes at once, and the one that waited for its turn never has it.
    await rotate(db, kinds=(KeyKind.ES256,), immediately=True)
    async with db.reading() as unit:
        listed = [key for key in await service.list_keys(unit) if key.kind is KeyKind.ES256]
    assert [key.state for key in listed] == [KeyState.RETIRED] * 3 + [KeyState.ACTIVE]


async def test_a_rotation_is_recorded_with_who_and_why_and_whether_the_old_key_was_lost(db: Database) -> None:
    await ring_of(db)
    await rotate(db, kinds=(KeyKind.ES256,), compromised=True, deed=DEED)
    await rotate(db, kinds=(KeyKind.EDDSA,))
    async with db.reading() as unit:
        rows = await unit.fetch(Statement(select(audited).order_by(audited.c.event_id)))
        kids = {(key.kind, key.generation): key.kid for key in await service.list_keys(unit)}
    found = [(row["subject_id"], orjson.loads(row["data"])) for row in rows if row["kind"] == "key.rotated"]
    assert not any(data["compromised"] for _, data in found[:-2]), "there was nothing before the first"
    assert found[-2:] == [
        (kids[KeyKind.ES256, 2], {"kind": "ES256", "generation": 2, "compromised": True, **data_of(DEED)}),
        (kids[KeyKind.EDDSA, 2], {"kind": "EdDSA", "generation": 2, "compromised": False}),
    ]


async def test_the_ring_refuses_what_it_did_not_sign(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    now = watch.now()
    token = ring.sign("ES256", {"sub": "a"}, now=now)
    header, payload, signature = token.split(".")
    kid = jwt.get_unverified_header(token)["kid"]
    stranger = ECKey.generate_key("P-256")
    rsa_kid = jwt.get_unverified_header(ring.sign("RS256", {}, now=now))["kid"]

    def with_header(**members: object) -> str:
        return f"{base64url(orjson.dumps({'alg': 'ES256', 'kid': kid, **members}))}.{payload}.{signature}"

    forged = [
        "",
        "..",
        token[:-8],
        f"{header}.{payload}.",
        f"{header}.{base64url(b'[]')}.{signature}",
        f"{header}.{base64url(orjson.dumps({'sub': 'b'}))}.{signature}",
        with_header(alg="none"),
        with_header(alg="HS256"),
        with_header(alg="RS256"),
        with_header(crit=["exp"], exp=1),
        with_header(kid="unknown"),
        with_header(kid=["list"]),
        with_header(kid=rsa_kid),
        jwt.encode({"sub": "a"}, stranger.as_pem(private=True), "ES256", headers={"kid": kid}),
        signed_with_a_public_key(ring, rsa_kid),
        signed_by_the_encryption_key(ring, watch),
    ]
    for text in forged:
        with pytest.raises(NotSignedHere):
            ring.verify_own(text, now)


def signed_with_a_public_key(ring: KeyRing, kid: str) -> str:
    """The classic confusion: HS256 with the public RSA key as the secret."""
    secret = ring._prepared[KeyKind.RS256, 1].as_pem(private=False)
    signed = f"{base64url(orjson.dumps({'alg': 'HS256', 'kid': kid}))}.{base64url(b'{}')}"
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), 'sha256'))}"


def signed_by_the_encryption_key(ring: KeyRing, watch: Watch) -> str:
    """A token that names the encryption key as the one that signed it."""
    kid = next(kid for kid, key in published(ring, watch).items() if key["use"] == "enc")
    header = base64url(orjson.dumps({"alg": "RSA-OAEP", "kid": kid}))
    return f"{header}.{base64url(b'{}')}.{base64url(b'x' * 256)}"


async def test_a_critical_header_with_a_good_signature_is_refused(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    key = ring._prepared[KeyKind.ES256, 1]
    kid = key.thumbprint()
    token = jwt.encode({}, key.as_pem(private=True), "ES256", headers={"kid": kid, "crit": ["b64"], "b64": True})
    with pytest.raises(NotSignedHere):
        ring.verify_own(token, watch.now())


async def test_the_key_decides_the_algorithm_not_the_header(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    key = ring._prepared[KeyKind.ES256, 1]
    for alg, refused in (("ES256", False), ("PS256", True)):
        signed = f"{base64url(orjson.dumps({'alg': alg, 'kid': key.thumbprint()}))}.{base64url(b'{}')}"
        signature = JWSRegistry.algorithms["ES256"].sign(signed.encode(), key)
        token = f"{signed}.{base64url(signature)}"
        if refused:
            with pytest.raises(NotSignedHere):
                ring.verify_own(token, watch.now())
        else:
            assert ring.verify_own(token, watch.now()) == {}


async def test_sealed_values_survive_rotation_and_old_roots_stay(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    sealer = ring.sealer
    first = sealer.seal(SealPurpose.PERSON_KEY, b"key of a person")
    for _ in range(3):
        await rotate(db, kinds=(KeyKind.SEALING,))
        watch.advance(SCHEDULE.announced_for)
        await ring.reload(db)
    watch.advance(900 * DAY)
    async with db.writing() as unit:
        await service.tend(unit, MASTER)
    await ring.reload(db)
    assert ring.sealer is sealer
    assert sealer.open(SealPurpose.PERSON_KEY, first) == b"key of a person"
    assert [from_base64url(text)[0] for text in (first, sealer.seal(SealPurpose.PERSON_KEY, b""))] == [1, 4]
    with pytest.raises(NotSealedHere):
        sealer.open(SealPurpose.CODE, first)


async def test_a_root_that_sealed_much_is_followed_by_another_before_its_time(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    for _ in range(3):
        ring.sealer.seal(SealPurpose.CODE, b"")
    assert ring.sealer.take_note() == (1, 3)
    assert ring.sealer.take_note() == (1, 0)
    assert MOST_SEALS <= 2**32 // 4, "what AES-GCM bears, and room for what is sealed till the next one seals"
    for count, announced in ((MOST_SEALS - 1, 0), (1, 1), (1, 0)):
        async with db.writing() as unit:
            await service.note_seals(unit, 1, count)
            assert len(await service.tend(unit, MASTER)) == announced
    ring.sealer.seal(SealPurpose.CODE, b"")
    watch.advance(SCHEDULE.announced_for)
    await ring.reload(db)
    assert ring.sealer.take_note() == (2, 0), "what the old root sealed is not the new one's"


async def test_no_worker_meets_a_value_under_a_root_that_it_does_not_know(db: Database, watch: Watch) -> None:
    quick, slow = await ring_of(db), await ring_of(db)
    await rotate(db, kinds=(KeyKind.SEALING,), immediately=True)
    await quick.reload(db)
    assert slow.sealer.open(SealPurpose.CODE, quick.sealer.seal(SealPurpose.CODE, b"code")) == b"code"
    watch.advance(MINUTE)
    await slow.reload(db)
    watch.advance(MINUTE)
    await quick.reload(db)
    assert slow.sealer.open(SealPurpose.CODE, quick.sealer.seal(SealPurpose.CODE, b"code")) == b"code"
    assert from_base64url(quick.sealer.seal(SealPurpose.CODE, b""))[0] == 2


async def test_workers_that_start_together_make_one_set_of_keys(db: Database) -> None:
    rings = await asyncio.gather(*(ring_of(db) for _ in range(4)))
    async with db.reading() as unit:
        listed = await service.list_keys(unit)
    assert {key.generation for key in listed} == {1}
    assert len(listed) == len(KeyKind)
    assert len({ring.pairwise_key for ring in rings}) == 1
    assert len({ring.blind.of("kind", "text") for ring in rings}) == 1


async def test_workers_that_tend_together_announce_one_successor(db: Database, watch: Watch) -> None:
    await ring_of(db)
    watch.advance(SCHEDULE.active_for - SCHEDULE.announced_for)

    async def tend() -> int:
        async with db.writing() as unit:
            return len(await service.tend(unit, MASTER))

    assert sum(await asyncio.gather(*(tend() for _ in range(4)))) == 6
    async with db.reading() as unit:
        listed = await service.list_keys(unit)
    assert {key.state for key in listed if key.generation == 2} == {KeyState.ANNOUNCED}
    assert {key.kind for key in listed if key.generation == 2} == {*KeyKind} - {*LASTING}


async def test_what_is_gone_is_destroyed_and_its_generation_is_not_reused(db: Database, watch: Watch) -> None:
    await ring_of(db)
    await rotate(db, kinds=(KeyKind.EDDSA,), compromised=True)
    async with db.writing() as unit:
        await service.tend(unit, MASTER)
        rows = await unit.fetch(Statement(select(keys).where(keys.c.kind == "EdDSA").order_by(keys.c.generation)))
        assert [row["wrapped"] is None for row in rows] == [True, False]
        added = await service.rotate(unit, MASTER, kinds=(KeyKind.EDDSA,))
        events = await unit.fetch(Statement(select(audited).where(audited.c.data.contains("EdDSA"))))
        assert await service.rewrap(unit, MASTER, b"another master secret of settings") == len(KeyKind) + 1
    assert [key.generation for key in added] == [3]
    assert {row["kind"] for row in events} == {"key.rotated"}
    assert sorted(orjson.loads(row["data"])["generation"] for row in events) == [1, 2, 3]


@pytest.mark.parametrize("kind", LASTING)
async def test_lasting_keys_are_not_rotated(db: Database, kind: KeyKind) -> None:
    await ring_of(db)
    with pytest.raises(service.NotRotatable) as refused:
        await rotate(db, kinds=(kind,))
    assert refused.value.status == 409


async def test_keys_follow_the_master_secret(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    token = ring.sign("ES256", {}, now=watch.now())
    other = b"another master secret of settings"
    async with db.reading() as unit:
        with pytest.raises(WrongMaster):
            await service.load(unit, other)
    async with db.writing() as unit:
        assert await service.rewrap(unit, MASTER, other) == len(KeyKind)
    async with db.reading() as unit:
        moved = await service.load(unit, other)
        with pytest.raises(WrongMaster):
            await service.load(unit, MASTER)
    assert moved.verify_own(token, watch.now()) == {}
    assert moved.pairwise_key == ring.pairwise_key


async def test_nothing_of_a_private_key_stands_in_the_database(db: Database) -> None:
    ring = await ring_of(db)
    async with db.reading() as unit:
        stored = "".join(row["wrapped"] for row in await unit.fetch(Statement(select(keys))))
    for secret in ring._secrets.values():
        assert base64url(secret)[4:40] not in stored


async def test_request_objects_are_decrypted_with_published_keys(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    public = RSAKey.import_key({**next(k for k in published(ring, watch).values() if k["use"] == "enc")})

    def sealed(alg: str, enc: str, **header: str) -> str:
        plain = RSAKey.import_key({name: public.as_dict()[name] for name in ("kty", "n", "e")})
        return jwe.encrypt_compact({"alg": alg, "enc": enc, **header}, "a.b.c", plain, algorithms=[alg, enc, "DEF"])

    now = watch.now()
    await rotate(db, kinds=(KeyKind.RSA_OAEP,), immediately=True)
    await ring.reload(db)
    assert ring.decrypt(sealed("RSA-OAEP", "A256GCM"), now) == "a.b.c"
    assert ring.decrypt(sealed("RSA-OAEP-256", "A256GCM"), now) == "a.b.c"
    refused = [
        "",
        "a.b.c",
        "a.b.c.d.e",
        sealed("RSA-OAEP", "A256CBC-HS512"),
        sealed("RSA-OAEP", "A256GCM", zip="DEF"),
        jwe.encrypt_compact({"alg": "RSA-OAEP", "enc": "A256GCM"}, "a", RSAKey.generate_key(2048)),
    ]
    for text in refused:
        with pytest.raises(NotEncryptedToUs):
            ring.decrypt(text, now)
