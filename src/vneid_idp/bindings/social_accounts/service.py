"""Social accounts: bind one, or improve its proof; find who holds one."""

from sqlalchemy import BigInteger, bindparam, literal_column, update

from vneid_idp.bindings.engine import disclosure
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.disclosure import Disclosure
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingFacts, Move
from vneid_idp.bindings.social_accounts.rules import BindingProof, SocialAccount, check_proof, is_better
from vneid_idp.bindings.social_accounts.tables import social_accounts
from vneid_idp.bindings.social_accounts.words import AccountBoundToAnother, AccountLimitReached
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Unit

_a = social_accounts.c
_COUNT_AS_BY_MESSAGE = Statement(
    update(social_accounts)
    .where(
        _a.client_id == bindparam("of_client"),
        _a.binding_id == bindparam("of_binding"),
        _a.verified_at >= bindparam("since", type_=BigInteger),
    )
    .values(by_message=literal_column("1"))
)


async def bind_social_account(
    unit: Unit,
    blind: BlindIndex,
    *,
    client_id: str,
    account_id: str,
    proof: BindingProof,
    rules: Rules,
    account_limit: int | None = None,
    idempotency_key: str | None = None,
) -> Bound[SocialAccount]:
    """Bind a network's account to the person of `proof`, by the `rules` of today.

    Asking again for the same account and person changes nothing, unless the proof is better than the first. Of parallel
    requests for one account one wins, on both databases, and a person never holds more accounts than `account_limit`,
    which is the policy's where the network's registration does not say.

    Raises `GuardianRequired`, `OwnProofRequired`, `LevelRequired`, `AccountBoundToAnother`, `AccountLimitReached`,
    `IdempotencyConflict`.
    """
    check_proof(proof, rules)
    account = engine.digest_of(blind, SOCIAL_ACCOUNT, client_id, account_id)
    limit = _limit(rules, account_limit)

    async def bind(binding_id: str) -> Bound[SocialAccount]:
        facts = BindingFacts(made_at=unit.now, verified_at=unit.now)
        new = SocialAccount(
            client_id,
            binding_id,
            proof.person_id,
            proof.guardian_id,
            proof.method,
            proof.level,
            facts,
            consent_id=proof.consent_id,
            by_message=proof.by_message,
        )
        bound = await engine.occupy(unit, SOCIAL_ACCOUNT, Move.VERIFY, new, account, limit=limit)
        if bound is None:
            raise AccountLimitReached
        return bound if bound.created else Bound(await _proved(unit, bound.binding, proof), created=False)

    request = f"{account}\0{proof.person_id}\0{proof.guardian_id or ''}"
    return await engine.once(unit, blind, SOCIAL_ACCOUNT, client_id, idempotency_key, request, bind)


def _limit(rules: Rules, account_limit: int | None) -> int:
    return rules[Threshold.ACCOUNT_LIMIT] if account_limit is None else account_limit


async def limit_reached(
    unit: Reading, client_id: str, person_id: str, rules: Rules, account_limit: int | None = None
) -> int | None:
    """How many accounts a person holds at a network, where that is as many as may be; else nothing.

    Then no other one is bound, and one that they hold can be proved anew. `bind_social_account` asks again as it binds.
    """
    taken = await engine.places_taken(unit, SOCIAL_ACCOUNT, client_id, person_id)
    return taken if taken >= _limit(rules, account_limit) else None


async def bind_again(
    unit: Unit, released: SocialAccount, proof: BindingProof, rules: Rules, account_limit: int | None = None
) -> Bound[SocialAccount]:
    """Bind the account of a binding that was released to the person of `proof`, as a binding of its own.

    Raises as `bind_social_account`.
    """
    check_proof(proof, rules)
    facts = BindingFacts(made_at=unit.now, verified_at=unit.now)
    new = SocialAccount(
        released.client_id,
        new_id("bind"),
        proof.person_id,
        proof.guardian_id,
        proof.method,
        proof.level,
        facts,
        consent_id=proof.consent_id,
        by_message=proof.by_message,
    )
    limit = _limit(rules, account_limit)
    bound = await engine.occupy_again(unit, SOCIAL_ACCOUNT, Move.VERIFY, new, released, limit=limit)
    if bound is None:
        raise AccountLimitReached
    if bound.binding.person_id != proof.person_id:
        raise AccountBoundToAnother
    return bound


async def account_of(unit: Reading, binding: SocialAccount) -> str | None:
    """What tells the account of a binding, live or not, from others of its client."""
    return await engine.held_by(unit, SOCIAL_ACCOUNT, binding)


async def find_in_place_of(unit: Reading, released: SocialAccount) -> SocialAccount | None:
    """The binding, whosever, that holds by now the account that a released one held."""
    return await engine.find_in_place_of(unit, SOCIAL_ACCOUNT, released)


async def _proved(unit: Unit, binding: SocialAccount, proof: BindingProof) -> SocialAccount:
    if binding.person_id != proof.person_id:
        raise AccountBoundToAnother
    return await prove(unit, binding, proof) if is_better(proof, binding) else binding


async def prove(unit: Unit, binding: SocialAccount, proof: BindingProof) -> SocialAccount:
    """Let `proof` take the place of the one by which an account of the same person counts; the binding as it is then.

    A guardian's makes the guardian its representative.
    """
    data: dict[str, str | int] = {"method": proof.method.value, "level": proof.level}
    if proof.guardian_id is not None:
        data["guardian_id"] = proof.guardian_id
    if binding.representative_id not in (None, proof.guardian_id):
        data["former_guardian_id"] = binding.representative_id
    proved = await engine.try_move(
        unit,
        SOCIAL_ACCOUNT,
        binding.client_id,
        binding.binding_id,
        Move.PROVE,
        data,
        verified_at=unit.now if proof.proved_at is None else proof.proved_at,
        method=proof.method,
        level=proof.level,
        representative_id=proof.guardian_id,
        consent_id=proof.consent_id,
        by_message=None if proof.by_message is None else int(proof.by_message),
    )
    return proved or await engine.get(unit, SOCIAL_ACCOUNT, binding.client_id, binding.binding_id)


async def count_as_by_message(unit: Unit, binding: SocialAccount, since: Instant) -> None:
    """Let the proof by which an account counts, if it was given `since` an instant, be one by a code to a phone: a code
    was behind whatever proved it."""
    of = {"of_client": binding.client_id, "of_binding": binding.binding_id}
    await unit.execute(_COUNT_AS_BY_MESSAGE, **of, since=since)


async def disclose_by_account(
    unit: Reading, blind: BlindIndex, client_id: str, account_id: str
) -> Disclosure[SocialAccount] | None:
    """As `find_by_account`, with what was decided about telling of it."""
    account = engine.digest_of(blind, SOCIAL_ACCOUNT, client_id, account_id)
    return await disclosure.find_by_resource(unit, SOCIAL_ACCOUNT, client_id, account)


async def seize_by_account(unit: Unit, blind: BlindIndex, client_id: str, account_id: str) -> SocialAccount | None:
    """As `find_by_account`, for whoever proves it: of two guardians at once the second finds whose it is by then."""
    account = engine.digest_of(blind, SOCIAL_ACCOUNT, client_id, account_id)
    return await engine.seize_by_resource(unit, SOCIAL_ACCOUNT, client_id, account)


async def find_by_account(unit: Reading, blind: BlindIndex, client_id: str, account_id: str) -> SocialAccount | None:
    """The binding that holds a network's account at this moment; `None` for an unverified one."""
    account = engine.digest_of(blind, SOCIAL_ACCOUNT, client_id, account_id)
    return await engine.find_by_resource(unit, SOCIAL_ACCOUNT, client_id, account)
