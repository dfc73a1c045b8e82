"""Every refusal that callers can be told: its code and its status are what programs go by, and stay."""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator

import pytest

import vneid_idp
from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol.errors import OAuthError

DOMAIN = """
400 INVALID_ARGUMENT INVALID_CREDENTIAL INVALID_PROTOCOL INVALID_SINK INVALID_TOKEN
    KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION OUT_OF_RANGE bad_family bad_overlap
    bad_resource_server foreign_domain invalid_cursor malformed_form malformed_text passkey_elsewhere
    passkey_refused refused unknown_answer unknown_cursor who_and_why
403 INVALID_TOKEN_CONTEXT NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK
    account_not_usable carrier_unknown channel_not_open contract_required form_not_valid
    fresh_proof_needed grant_ended national_route_required number_takes_guardian point_must_act
    guardian_contracts guardian_level_required guardian_must_agree guardian_required level_not_allowed level_required
    level_too_low
    link_not_confirmed matcher_not_evaluated not_the_asker not_their_guardian number_level_required
    number_not_confirmed own_file own_proof_required own_role phone_not_enrolled proof_rests
    role_required same_officer
    signed_out
404 NOT_FOUND binding_not_found consent_not_found instruction_unknown no_account no_such_request nobody_of_this_number
    not_given_up not_set_aside number_not_registered policy_version_unknown unknown_client unknown_device
    unknown_domain unknown_family unknown_person unknown_resource_server upload_not_found
    dispute_not_found nothing_to_claim
409 ALREADY_EXISTS account_bound_to_another account_exists account_limit_reached answers_changed approval_over
    claim_not_heard dispute_over number_disputed
    binding_state_conflict binding_suspended cannot_be_reported cannot_be_retried cannot_hold_role conflict
    consent_ended done_already events_came_in family_exists holder_died holds_role idempotency_conflict
    instruction_answered key_not_rotatable match_not_usable no_lock_to_lift no_secret nobody_answers not_now
    nothing_to_ask number_bound_to_another number_frozen number_not_to_be_answered number_suspended number_taken
    policy_already_published policy_in_the_past policy_published_meanwhile proof_outdated purpose_exists
    register_leaving report_id_used report_refused request_is_open resource_server_exists role_held sequence_taken
    several_offices
    sign_in_name_taken still_set_aside too_late_to_undo too_many_phones upload_not_receiving
    upload_overtaken upload_under_way
410 answer_over file_closed interaction_expired interaction_finished interaction_gave_way interaction_over
    pattern_outdated person_forgotten request_over
412 client_changed resource_server_changed
413 file_too_large register_too_large
422 SERVICE_NOT_APPLICABLE UNNECESSARY_IDENTIFIER bad_capture bad_day bad_device bad_endpoint bad_evaluation
    bad_invention bad_label bad_office bad_part bad_subject implausible_instant invalid_evidence malformed not_compared
    not_synthetic policy_refused reason_needed role_over unreadable_register weak_secret
428 precondition_required
429 QUOTA_EXCEEDED match_budget_spent too_many_attempts too_many_requests
    too_many_claims too_many_uploads
503 domain_unreachable matcher_unavailable outcome_unknown overtaken registry_unavailable temporarily_unavailable
    too_busy
"""
PROTOCOL = """
400 access_denied authorization_pending consent_required expired_token interaction_required
    expired_login_hint_token invalid_authorization_details invalid_binding_message invalid_client_metadata slow_down
    unknown_user_id
    invalid_dpop_proof invalid_grant invalid_redirect_uri
    invalid_request invalid_request_object invalid_request_uri invalid_scope invalid_target login_required
    registration_not_supported server_error unauthorized_client unmet_authentication_requirements
    unsupported_grant_type unsupported_response_type use_dpop_nonce
401 insufficient_user_authentication invalid_client invalid_token
403 access_denied insufficient_scope
"""


def _all(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for below in kind.__subclasses__():
        if below.__module__.startswith("vneid_idp."):
            yield from _all(below)


def _listed(text: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    status = 0
    for word in text.split():
        if word.isdigit():
            status = int(word)
        else:
            found[status].add(word)
    return found


@pytest.mark.parametrize(("kind", "table"), [(DomainError, DOMAIN), (OAuthError, PROTOCOL)])
def test_a_refusal_has_its_status(kind: type[DomainError | OAuthError], table: str) -> None:
    for module in pkgutil.walk_packages(vneid_idp.__path__, "vneid_idp."):
        importlib.import_module(module.name)
    found: dict[int, set[str]] = defaultdict(set)
    for each in _all(kind):
        found[each.status].add(each.code)  # type: ignore[attr-defined]
    assert found == _listed(table)


def test_a_refusal_says_its_title_or_what_is_said_of_it() -> None:
    assert str(DomainError()) == DomainError.title
    assert str(DomainError("more")) == DomainError("more").detail == "more"
