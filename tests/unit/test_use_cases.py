"""What crosses domains is done by a use case: no page, API, command or worker does a half of it by itself."""

import ast
from importlib import import_module
from pathlib import Path

import vneid_idp

_ROOT = Path(vneid_idp.__file__).parent
BELOW = {
    "kernel", "protocol", "policy", "settings", "storage", "audit", "keys", "delivery", "identity", "clients",
    "biometrics", "faces", "consent", "grants", "bindings", "cross_device", "matching", "registers",
    "registered_numbers", "swap_subscriptions", "disputes", "use_cases",
}  # fmt: skip
"""The packages at or under the band; everything else stands above it."""

ONLY_IN_USE_CASES = {
    "vneid_idp.audit.service": ("record",),
    "vneid_idp.bindings.engine.service": ("move", "try_move"),
    "vneid_idp.bindings.resting": ("put_in_step",),
    "vneid_idp.bindings.service": (
        "release_under", "release_own", "release_all_of_client", "suspend_all", "resume_all", "release_by_person",
    ),
    "vneid_idp.bindings.social_accounts.service": ("bind_social_account",),
    "vneid_idp.bindings.subscriber_numbers.service": ("bind_number",),
    "vneid_idp.clients.service": ("delete",),
    "vneid_idp.consent.service": ("give", "withdraw", "reopen", "end_all_of_client"),
    "vneid_idp.grants.acts": ("use",),
    "vneid_idp.grants.notices": ("announce", "announce_withdrawal"),
    "vneid_idp.grants.service": ("hold", "end", "end_all_of_client"),
    "vneid_idp.registered_numbers.service": ("answer", "prove"),
    "vneid_idp.identity.accounts": (
        "open_account", "refresh", "lock", "unlock", "raise_level", "close", "forget",
    ),
    "vneid_idp.identity.factors.activation": ("issue", "use", "end"),
    "vneid_idp.identity.offices.lock_requests": ("ask", "decide", "withdraw"),
    "vneid_idp.identity.factors.codes_behind": ("rest", "let_passkey_count", "let_secret_count"),
    "vneid_idp.identity.factors.otp": ("end_all",),
    "vneid_idp.identity.register.report_rules": ("check_report",),
    "vneid_idp.identity.factors.chosen_secrets": ("set_hash",),
    "vneid_idp.identity.factors.passkeys": ("register", "remove", "forget"),
    "vneid_idp.identity.persons": ("hold", "seize", "tell"),
    "vneid_idp.identity.offices.roles": ("give_role",),
    "vneid_idp.identity.factors.sessions": ("open_session", "add_method", "end_session", "end_all"),
}  # fmt: skip
"""Each is a part of something: whoever ends a session has somebody to tell, whoever withdraws has bindings to free.
What happened is told by who does it: nobody above the band writes an event.
"""


def names_used(source: str) -> set[str]:
    """The full names of what a module imports, and of what it takes from modules that it imported."""
    tree = ast.parse(source)
    known = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    taken = {
        f"{known[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known
    }
    return taken | set(known.values())


def test_what_crosses_domains_is_done_by_use_cases_alone() -> None:
    parts = {f"{module}.{name}" for module, names in ONLY_IN_USE_CASES.items() for name in names}
    above = [path for path in _ROOT.rglob("*.py") if path.relative_to(_ROOT).parts[0] not in BELOW]
    assert len(above) > 50
    found = {(str(path.relative_to(_ROOT)), name) for path in above for name in parts & names_used(path.read_text())}
    assert found == set()


OF_THE_REGISTER = {
    "sandbox/country/server/routes.py",
    "sandbox/country/synthetic_registry.py",
    "sandbox/faces/captures.py",
}
"""Where the make-believe register answers, or is filled, or a make-believe camera stands before somebody."""


def test_nobody_is_found_by_number_past_the_record() -> None:
    sources = {str(path.relative_to(_ROOT)): path.read_text() for path in _ROOT.rglob("*.py")}
    # Parsed is what could have it: parsing takes a hundred times as long as looking.
    found = {
        path
        for path, source in sources.items()
        if "find_by_number" in source
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr == "find_by_number"
    }
    assert found == {"use_cases/look_up_person.py", "use_cases/match_fields.py"} | OF_THE_REGISTER
    at_once = {
        path
        for path, source in sources.items()
        if "_holders" in source
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in ("find_holders", "find_all_holders")
    }
    of_many = {"use_cases/class_register.py", "identity/register/records.py"}
    assert at_once - OF_THE_REGISTER == of_many


def test_each_part_is_there_under_its_name() -> None:
    for module, names in ONLY_IN_USE_CASES.items():
        for name in names:
            assert callable(getattr(import_module(module), name)), f"{module}.{name}"


def test_a_name_is_known_however_it_is_imported() -> None:
    for source in (
        "from vneid_idp.identity.factors import sessions\nsessions.end_all(unit, who)",
        "from vneid_idp.identity.factors import sessions as s\nwork = s.end_all",
        "from vneid_idp.identity.factors.sessions import end_all as over\nover(unit, who)",
    ):
        assert "vneid_idp.identity.factors.sessions.end_all" in names_used(source), source
