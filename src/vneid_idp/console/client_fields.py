"""The fields of the forms for a client: what of its metadata an operator sets without writing JSON."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from vneid_idp.console.words import refused_metadata, said
from vneid_idp.protocol.checks.profiles import asking
from vneid_idp.protocol.client import ClientProfile
from vneid_idp.protocol.details.table import DETAIL_TYPES
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.grant_types.names import CIBA
from vneid_idp.web.forms import Form
from vneid_idp.web.i18n import gettext, mark

_VALUES: Mapping[str, Any] = {"-": None, "false": False, "true": True}
"""What a choice stands for that is no text of its own."""
_NO_OR_YES = {"false": mark("No"), "true": mark("Yes")}


@dataclass(frozen=True, slots=True)
class Field:
    """A member of the registration as the form shows it; `lines` is a list, one a line; of `choices` the first one is
    what holds where the member is missing."""

    name: str
    label: str
    hint: str | None = None
    lines: bool = False
    required: bool = False
    choices: Mapping[str, str] | None = None

    def shown(self, members: Mapping[str, Any]) -> str:
        """What stands in the form."""
        value = members.get(self.name)
        if self.choices is not None:
            named = next((text for text, meant in _VALUES.items() if meant is value and text in self.choices), value)
            return next(iter(self.choices)) if named is None else str(named)
        return "\n".join(value) if self.lines and value else str(value or "")

    def read(self, form: Form, before: Mapping[str, Any]) -> Any:
        """The member that the form says; what stands, where it says nothing of a choice."""
        text = form[self.name].strip()
        if self.choices is not None:
            return _VALUES.get(text, text) if text in self.choices else before.get(self.name)
        if self.lines:
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        return text or None


@dataclass(frozen=True, slots=True)
class Group:
    """Fields of one subject. What most clients leave alone is folded until something of it is set, wrong, or called for
    by the client's profile."""

    title: str
    fields: tuple[Field, ...]
    folded: bool = False
    profiles: Collection[str] = ()
    """The profiles whose clients it is about above all."""
    methods: Collection[str] = ()
    """The ways to authenticate that need something of it."""
    hint: str | None = None
    """What it has to do with these profiles, as `%(profiles)s`."""

    def opens(self, values: Mapping[str, str], errors: Collection[str]) -> bool:
        """Whether it lies open in a form of these values and errors."""
        usual = all(values[field.name] == field.shown({}) for field in self.fields)
        wrong = any(field.name in errors for field in self.fields)
        called_for = values["profile"] in self.profiles or values.get("token_endpoint_auth_method") in self.methods
        return not self.folded or not usual or wrong or called_for


GROUPS = (
    Group(
        mark("What people see of it"),
        (
            Field("client_name", mark("Name"), mark("As people read it on the consent page."), required=True),
            Field("logo_uri", mark("Logo"), mark("Where we fetch it from; PNG, JPEG or WebP.")),
            Field("client_uri", mark("Website")),
            Field("policy_uri", mark("Privacy policy")),
            Field("tos_uri", mark("Terms of use")),
            Field(
                "contacts", mark("Contacts"), mark("One a line: whom we write to when something breaks."), lines=True
            ),
        ),
    ),
    Group(
        mark("What it may ask for, and where answers go"),
        (
            Field(
                "redirect_uris", mark("Redirect addresses"), mark("One a line. Answers go nowhere else."), lines=True
            ),
            Field("scope", mark("Scope"), mark("With spaces between."), required=True),
            Field(
                "profile",
                mark("Client profile"),
                mark("How strict the provider is with it: fapi2 for carriers and who receives an ID number."),
                choices={profile: profile for profile in ClientProfile},
            ),
            Field("family", mark("Organisation"), mark("The family with which it goes in and out of service.")),
        ),
    ),
    Group(
        mark("Further addresses: signing out, scripts, where signing in begins"),
        (
            Field("post_logout_redirect_uris", mark("Addresses after signing out"), mark("One a line."), lines=True),
            Field("backchannel_logout_uri", mark("Address of log-out notices")),
            Field(
                "frontchannel_logout_uri",
                mark("Page that signs out"),
                mark("Loaded in a frame when people sign out; at the origin of a redirect address."),
            ),
            Field(
                "allowed_cors_origins",
                mark("Origins of pages"),
                mark("One a line: whose scripts may read answers."),
                lines=True,
            ),
            Field(
                "initiate_login_uri", mark("Where signing in begins"), mark("People are led there from their own page.")
            ),
        ),
        folded=True,
    ),
    Group(
        mark("Certificates, and tokens bound to a key"),
        (
            Field("dpop_bound_access_tokens", mark("Are its tokens bound to a key (DPoP)?"), choices=_NO_OR_YES),
            Field(
                "tls_client_certificate_bound_access_tokens",
                mark("Are its tokens bound to its certificate?"),
                choices=_NO_OR_YES,
            ),
            Field(
                "tls_client_auth_subject_dn",
                mark("Name in its certificate"),
                mark(
                    "For a certificate of an authority: its subject as RFC 4514 writes it, such as "
                    "CN=Back end,O=Carrier,C=VN."
                ),
            ),
        ),
        folded=True,
        profiles=asking(lambda rules: rules.sender_constrained),
        methods=("tls_client_auth",),
        hint=mark("Clients of the profiles %(profiles)s bind theirs in any case."),
    ),
    Group(
        mark("Asking people on their phones"),
        (
            Field(
                "backchannel_token_delivery_mode",
                mark("How does it hear what people answered on their phones?"),
                choices={
                    "-": mark("It asks nobody on their phone"),
                    "poll": mark("It polls"),
                    "ping": mark("It is told (ping)"),
                },
            ),
            Field(
                "backchannel_client_notification_endpoint",
                mark("Address of notices that a person answered"),
                mark("For ping."),
            ),
            Field(
                "tells_unknown_users",
                mark("Is it told that a phone number belongs to nobody?"),
                mark("Only where its own rules demand it: it can find out who has an account."),
                choices=_NO_OR_YES,
            ),
        ),
        folded=True,
        profiles=asking(lambda rules: CIBA in rules.further_grant_types),
        hint=mark("Only for clients of the profiles %(profiles)s."),
    ),
    Group(
        mark("Rich requests"),
        (
            Field(
                "authorization_details_types",
                mark("Types of rich requests"),
                mark("One a line, such as identity_match."),
                lines=True,
            ),
        ),
        folded=True,
        profiles=frozenset(profile for kind in DETAIL_TYPES.values() for profile in kind.profiles),
        hint=mark("Only for clients of the profiles %(profiles)s."),
    ),
    Group(
        mark("Numbers of a carrier"),
        (
            Field(
                "security_event_endpoint",
                mark("Address of events about numbers"),
                mark("Where it is told what to do with a number (RFC 8935). Without one it polls."),
            ),
        ),
        folded=True,
    ),
    Group(
        mark("Acting for each other"),
        (
            Field(
                "may_act",
                mark("Who may act for it"),
                mark("Clients of its organisation, one id a line: they say so in the tokens that they exchange."),
                lines=True,
            ),
        ),
        folded=True,
    ),
)
"""What of its metadata an operator sets, in the order of the form."""
FIELDS = tuple(field for group in GROUPS for field in group.fields)
NAMES = {field.name: field for field in FIELDS}


def shown_values(members: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the form of a client with these members."""
    return {field.name: field.shown(members) for field in FIELDS}


def groups_shown(
    request: Request, values: Mapping[str, str], errors: Collection[str]
) -> list[tuple[Group, str | None, bool]]:
    """The groups of the form, each with its hint in the language of the page and whether it lies open."""
    return [
        (
            group,
            gettext(request, group.hint, profiles=", ".join(sorted(group.profiles))) if group.hint else None,
            group.opens(values, errors),
        )
        for group in GROUPS
    ]


def choices_in_words(request: Request) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen, by field, in the language of the page."""
    return {
        field.name: [(value, gettext(request, text)) for value, text in field.choices.items()]
        for field in FIELDS
        if field.choices is not None
    }


def merged(before: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """The registration with the fields of a form in place of what stands; an empty field takes its member away."""
    members = dict(before)
    for field in FIELDS:
        value = field.read(form, before)
        if field.shown({field.name: value}) == field.shown(before):
            continue
        # Null, and not a gap: what the operator alone sets stands where an update leaves it out.
        members[field.name] = value
    return members


def missing_fields(request: Request, form: Form) -> dict[str, str]:
    """What the form cannot do without: an emptied scope would fall back to its default, and take everything away."""
    return {
        field.name: gettext(request, "%(label)s: this is needed.", label=gettext(request, field.label))
        for field in FIELDS
        if field.required and not form[field.name].strip()
    }


def problem_at(request: Request, refusal: InvalidClientMetadata, more: Mapping[str, str]) -> dict[str, str]:
    """The refusal at the field of its member, one of `FIELDS` or of `more`, which have labels; else at the first."""
    labels = {name: field.label for name, field in NAMES.items()} | dict(more)
    if refusal.member is None or refusal.member not in labels:
        return {"client_name": refused_metadata(request, refusal)}
    return {refusal.member: said(request, refusal.wording, gettext(request, labels[refusal.member]))}
