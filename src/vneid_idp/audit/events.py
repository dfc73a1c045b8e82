"""The kinds of events, a sentence each, and the event itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from vneid_idp.kernel.clock import Instant


class EventKind(StrEnum):
    """What may happen: noun and past participle. Rows outlive the code, so a kind is never renamed or reused."""

    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSENT_ENDED = "consent.ended"
    CONSENT_REFUSED = "consent.refused"
    GRANT_OPENED = "grant.opened"
    GRANT_REVOKED = "grant.revoked"
    CODE_REPLAYED = "code.replayed"
    REFRESH_USED = "refresh.used"
    REFRESH_REPLAYED = "refresh.replayed"
    SIGNIN_SUCCEEDED = "signin.succeeded"
    SIGNIN_FAILED = "signin.failed"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_LEVEL_RAISED = "account.level_raised"
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_LOCKED_OUT = "account.locked_out"
    ACCOUNT_LOCKED = "account.locked"
    ACCOUNT_UNLOCKED = "account.unlocked"
    SESSION_ENDED = "session.ended"
    SECRET_SET = "secret.set"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_REMOVED = "passkey.removed"
    REGISTER_TOLD = "register.told"
    REGISTER_SET_ASIDE = "register.set_aside"
    REGISTER_RETRIED = "register.retried"
    PERSON_ERASED = "person.erased"
    PERSON_LOOKED_UP = "person.looked_up"
    ROLE_GIVEN = "role.given"
    ROLE_ENDED = "role.ended"
    ACTIVATION_ISSUED = "activation.issued"
    ACTIVATION_USED = "activation.used"
    LOCK_ASKED = "lock.asked"
    LOCK_DECIDED = "lock.decided"
    LOCK_WITHDRAWN = "lock.withdrawn"
    LOCK_EXPIRED = "lock.expired"
    REGISTER_INFORMED = "register.informed"
    # Of kinds in which a binding waits for proof; a social account is bound with its proof.
    BINDING_REQUESTED = "binding.requested"
    BINDING_VERIFIED = "binding.verified"
    BINDING_PROVED = "binding.proved"
    BINDING_SUSPENDED = "binding.suspended"
    BINDING_RESUMED = "binding.resumed"
    BINDING_RELEASED = "binding.released"
    BINDING_REVOKED = "binding.revoked"
    CLIENT_REGISTERED = "client.registered"
    CLIENT_CHANGED = "client.changed"
    CLIENT_DISABLED = "client.disabled"
    CLIENT_ENABLED = "client.enabled"
    CLIENT_SECRET_ROTATED = "client.secret_rotated"
    CLIENT_DOMAIN_ASKED = "client.domain_asked"
    CLIENT_DOMAIN_VERIFIED = "client.domain_verified"
    CLIENT_DOMAIN_LOST = "client.domain_lost"
    CLIENT_DELETED = "client.deleted"
    FAMILY_CREATED = "family.created"
    FAMILY_NAMED = "family.named"
    FAMILY_DISABLED = "family.disabled"
    FAMILY_ENABLED = "family.enabled"
    KEY_ROTATED = "key.rotated"
    DELIVERY_GIVEN_UP = "delivery.given_up"
    DELIVERY_RETRIED = "delivery.retried"
    DELIVERY_DISCARDED = "delivery.discarded"
    POLICY_LOADED = "policy.loaded"
    POLICY_PUBLISHED = "policy.published"


SENTENCES: Mapping[EventKind, str] = {
    EventKind.CONSENT_GIVEN: "A person allowed a relying party to have claims for a purpose.",
    EventKind.CONSENT_WITHDRAWN: "A person took a consent back; every grant under it ended.",
    EventKind.CONSENT_ENDED: "A consent ended with the client that it was given to.",
    EventKind.CONSENT_REFUSED: "A person declined what a relying party asked.",
    EventKind.GRANT_OPENED: "A code was redeemed: a relying party may act until the grant ends.",
    EventKind.GRANT_REVOKED: "A grant ended before its time, and every token that names it with it.",
    EventKind.CODE_REPLAYED: "A code was presented a second time; the grant that it had opened was revoked.",
    EventKind.REFRESH_USED: "A refresh token was exchanged for its successor.",
    EventKind.REFRESH_REPLAYED: "An old refresh token was presented again; its grant was revoked.",
    EventKind.SIGNIN_SUCCEEDED: "A person signed in.",
    EventKind.SIGNIN_FAILED: "A sign-in to an account did not succeed.",
    EventKind.ACCOUNT_OPENED: "An electronic identity account was opened.",
    EventKind.ACCOUNT_LEVEL_RAISED: "An account reached a higher level of identity.",
    EventKind.ACCOUNT_CLOSED: "An account was closed and can no longer sign in.",
    EventKind.ACCOUNT_LOCKED_OUT: "Too many failed sign-ins: an account refuses more for a while.",
    EventKind.ACCOUNT_LOCKED: "An account was locked, by its holder or by the authority.",
    EventKind.ACCOUNT_UNLOCKED: "The ground for a lock ceased.",
    EventKind.SESSION_ENDED: "A person signed out, or a session was ended for the person.",
    EventKind.SECRET_SET: "A password or passcode was set or changed.",
    EventKind.PASSKEY_ADDED: "A passkey was added to an account.",
    EventKind.PASSKEY_REMOVED: "A passkey was removed from an account.",
    EventKind.REGISTER_TOLD: "The population register told something new of a person; the event names which facts.",
    EventKind.REGISTER_SET_ASIDE: "A change that the population register told could not be followed and waits.",
    EventKind.REGISTER_RETRIED: "The operator had a change of the population register followed that was set aside.",
    EventKind.PERSON_ERASED: "The key of a person's data was destroyed.",
    EventKind.PERSON_LOOKED_UP: "An office or an operator looked a person up, for a reason that is on record.",
    EventKind.ROLE_GIVEN: "A person was given a role.",
    EventKind.ROLE_ENDED: "A role of a person was ended.",
    EventKind.ACTIVATION_ISSUED: "An office handed out a code to activate an account with.",
    EventKind.ACTIVATION_USED: "A person activated an account and chose its secrets.",
    EventKind.LOCK_ASKED: "An officer asked for a lock, or for its end; a colleague has to decide.",
    EventKind.LOCK_DECIDED: "An officer decided about a lock that a colleague had asked for.",
    EventKind.LOCK_WITHDRAWN: "An officer took back what they had asked for about a lock.",
    EventKind.LOCK_EXPIRED: "What an officer asked for about a lock was not decided in time, and counts no more.",
    EventKind.REGISTER_INFORMED: "An office told the population register of a change.",
    EventKind.BINDING_REQUESTED: "A binding waits for proof.",
    EventKind.BINDING_VERIFIED: "An account of a relying party was bound to a person.",
    EventKind.BINDING_PROVED: "A young person took over, by own proof, an account that a guardian had bound.",
    EventKind.BINDING_SUSPENDED: "A binding rests, and so do the rights that come with it.",
    EventKind.BINDING_RESUMED: "A suspended binding counts again.",
    EventKind.BINDING_RELEASED: "A binding was released by the relying party, the person or a guardian.",
    EventKind.BINDING_REVOKED: "A binding was taken away by the provider.",
    EventKind.CLIENT_REGISTERED: "A relying party was registered.",
    EventKind.CLIENT_CHANGED: "The registration of a relying party changed.",
    EventKind.CLIENT_DISABLED: "A relying party may no longer use the provider.",
    EventKind.CLIENT_ENABLED: "A relying party that was disabled may use the provider again.",
    EventKind.CLIENT_SECRET_ROTATED: "A relying party got a new secret; the old one stays good for a while.",
    EventKind.CLIENT_DOMAIN_ASKED: "A relying party is to show that it controls a domain.",
    EventKind.CLIENT_DOMAIN_VERIFIED: "A domain showed what only its holder could put there.",
    EventKind.CLIENT_DOMAIN_LOST: "A domain that had been verified shows the proof no more.",
    EventKind.CLIENT_DELETED: "The registration of a relying party was deleted.",
    EventKind.FAMILY_CREATED: "A family of relying parties was made before its first member.",
    EventKind.FAMILY_NAMED: "A family of relying parties got the name of its organisation.",
    EventKind.FAMILY_DISABLED: "No relying party of an organisation may use the provider any longer.",
    EventKind.FAMILY_ENABLED: "The relying parties of an organisation may use the provider again.",
    EventKind.KEY_ROTATED: "A key was made, and the end of its predecessors was fixed.",
    EventKind.DELIVERY_GIVEN_UP: "A message, a notice or a fetch was given up and waits for the operator.",
    EventKind.DELIVERY_RETRIED: "The operator had another attempt made at a delivery that was given up.",
    EventKind.DELIVERY_DISCARDED: "The operator discarded a delivery that was given up.",
    EventKind.POLICY_LOADED: "Rows of the policy were stored as a draft, which changes nothing until it is published.",
    EventKind.POLICY_PUBLISHED: "Rows of the policy were published; they hold from the days that they name.",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with pseudonymous ids only.

    `subject_id` is what it happened to (grant, binding, consent, key …). `data` holds codes and counts, never a name, a
    number, an address or anything else that tells who a person is: events are kept when a person's data are destroyed.
    """

    kind: EventKind
    person_id: str | None = None
    client_id: str | None = None
    subject_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it stands in the table. `kind` is text: a reader must bear kinds that it does not know.

    `text` is its data as stored, which is what the chain covers; `data` is the same, read.
    """

    event_id: str
    at: Instant
    kind: str
    person_id: str | None
    client_id: str | None
    subject_id: str | None
    text: str
    batch: int | None

    @property
    def data(self) -> Mapping[str, Any]:
        """The members of the event."""
        members: Mapping[str, Any] = orjson.loads(self.text)
        return members
