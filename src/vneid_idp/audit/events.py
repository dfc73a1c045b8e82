"""The kinds of events, and the event itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from vneid_idp.kernel.clock import Instant


class EventKind(StrEnum):
    """What may happen: noun and past participle. Rows outlive the code, so a kind is never renamed or reused."""

    CONSENT_GIVEN = "consent.given"
    """A person allowed a relying party to have claims for a purpose."""
    LINK_CONFIRMED = "link.confirmed"
    """A person confirmed that a relying party may link one account to them, or to a child under their supervision."""
    DETAILS_CONFIRMED = "details.confirmed"
    """A person confirmed a detail of a rich request (RFC 9396); the event names its type, and the receipt has the
    rest."""
    CONSENT_WITHDRAWN = "consent.withdrawn"
    """A person took a consent back; every grant under it ended."""
    CONSENT_ENDED = "consent.ended"
    """A consent ended with the client that it was given to."""
    CONSENT_REFUSED = "consent.refused"
    """A person declined what a relying party asked."""
    CONSENT_REOPENED = "consent.reopened"
    """A person wishes to be asked anew about what they left out."""
    CONSENT_LAPSED = "consent.lapsed"
    """A consent counts no more, since the person was too young to give it alone."""
    CONSENT_OUTGROWN = "consent.outgrown"
    """A parent's or guardian's consent in the matter of a child ended: who was the child has proved the account."""
    APPROVAL_ASKED = "approval.asked"
    """A child agreed, or is too young to be asked; a parent or guardian has to."""
    APPROVAL_TAKEN_BACK = "approval.taken_back"
    """A child took back what a parent or guardian had not answered yet."""
    APPROVAL_REFUSED = "approval.refused"
    """A parent or guardian did not agree to what a child wanted to share. Told of the child."""
    CHILD_CONSENT_GIVEN = "child_consent.given"
    """A parent or guardian agreed to what is shared of a child. Told of the parent or guardian."""
    CHILD_CONSENT_REFUSED = "child_consent.refused"
    """A parent or guardian did not agree to it."""
    CHILD_CONSENT_WITHDRAWN = "child_consent.withdrawn"
    """A parent or guardian took a child's consent back."""
    CHILD_CONSENT_ENDED = "child_consent.ended"
    """A child's consent ended to which a parent or guardian had agreed as well, and not by that one. Told of that one;
    it names the guardian who did it, if it was not the child."""
    GRANT_OPENED = "grant.opened"
    """A code was redeemed: a relying party may act until the grant ends."""
    GRANT_DERIVED = "grant.derived"
    """A relying party acts under what a person agreed to with another of the same organisation (RFC 8693)."""
    TOKEN_DELEGATED = "token.delegated"
    """A relying party acts in another's own name, and for no person."""
    GRANT_REVOKED = "grant.revoked"
    """A grant ended before its time, and every token that names it with it."""
    CODE_REPLAYED = "code.replayed"
    """A code was presented a second time; the grant that it had opened was revoked."""
    REFRESH_USED = "refresh.used"
    """A refresh token was exchanged for its successor."""
    REFRESH_REPLAYED = "refresh.replayed"
    """An old refresh token was presented again; its grant was revoked."""
    REQUEST_ASKED = "request.asked"
    """A relying party has a person asked in the app."""
    REQUEST_CANCELLED = "request.cancelled"
    """A relying party took back what it had asked a person for."""
    REQUEST_EXPIRED = "request.expired"
    """A person who was asked in the app did not answer in time."""
    REQUEST_SWEPT = "request.swept"
    """Requests of a relying party ended that no person stands for: codes that nobody used, hints that meant nobody whom
    it may ask. The event says how many, and how they ended."""
    REQUEST_BUDGET_SPENT = "request.budget_spent"
    """A relying party wished to have a person asked more often than it may, and nobody was; no person is named where
    its hint means nobody. Once in ten minutes, however often it tries."""
    REQUEST_APPROVED = "request.approved"
    """A person approved what began on another device, or what a relying party had asked for in the app."""
    REQUEST_REFUSED = "request.refused"
    """A person refused it."""
    REQUEST_MISMATCHED = "request.mismatched"
    """It ended since another number was picked than the one that the relying party shows."""
    REQUEST_DISOWNED = "request.disowned"
    """A person said that they had nothing to do with it, and hears no more from the relying party for a day."""
    MATCH_MADE = "match.made"
    """A relying party held what it has of a person against the population register; the event names what of each field
    came of it, and no person where the ID number is nobody's."""
    MATCH_BUDGET_SPENT = "match.budget_spent"
    """A relying party compared an ID number, or anything, after as many mismatches as are allowed, and nothing was
    compared. Once in ten minutes, however often it tries."""
    SIGNIN_SUCCEEDED = "signin.succeeded"
    """A person signed in."""
    SIGNIN_FAILED = "signin.failed"
    """A sign-in to an account did not succeed."""
    ACCOUNT_OPENED = "account.opened"
    """An electronic identity account was opened."""
    ACCOUNT_LEVEL_RAISED = "account.level_raised"
    """An account reached a higher level of identity."""
    ACCOUNT_CLOSED = "account.closed"
    """An account was closed and can no longer sign in."""
    ACCOUNT_LOCKED_OUT = "account.locked_out"
    """Too many failed sign-ins: an account refuses more for a while."""
    ACCOUNT_LOCKED = "account.locked"
    """An account was locked, by its holder or by the authority."""
    ACCOUNT_UNLOCKED = "account.unlocked"
    """The ground for a lock ceased."""
    SESSION_ENDED = "session.ended"
    """A person signed out, or a session was ended for the person."""
    SECRET_SET = "secret.set"
    """A password or passcode was set or changed."""
    PASSKEY_ADDED = "passkey.added"
    """A passkey was added to an account."""
    PASSKEY_REMOVED = "passkey.removed"
    """A passkey was removed from an account."""
    FACTOR_RESTED = "factor.rested"
    """A passkey, or a secret of the kind that the event says, was added with a code to a number that was in other hands
    by then, as a carrier told later: it counts for nothing."""
    FACTOR_COUNTED = "factor.counted"
    """Its holder showed another passkey, and let it count again."""
    PHONE_ENROLLED = "phone.enrolled"
    """A browser of a person's phone was enrolled: it answers requests that begin elsewhere."""
    PHONE_DISTRUSTED = "phone.distrusted"
    """A carrier told that a person's registered number works in another SIM, or moves away: codes that are sent to it
    prove nothing; the event says which."""
    PHONE_TRUSTED = "phone.trusted"
    """A person showed by a passkey that they are there, and let the number prove something again."""
    PHONE_REMOVED = "phone.removed"
    """A phone answers no requests any more."""
    PHONE_ANSWERED = "phone.answered"
    """A request that began elsewhere was answered on a phone; the event names the phone, and the answer."""
    REGISTER_TOLD = "register.told"
    """The population register told something new of a person; the event names which facts."""
    REGISTER_SET_ASIDE = "register.set_aside"
    """A change that the population register told could not be followed and waits."""
    REGISTER_RETRIED = "register.retried"
    """The operator had a change of the population register followed that was set aside."""
    NUMBERS_CHECKED = "numbers.checked"
    """An operator had a carrier's register of numbers held against the population register, for counts."""
    NUMBER_CONFIRMED = "number.confirmed"
    """Somebody said that a number in a carrier's register under their papers is theirs."""
    NUMBER_DISOWNED = "number.disowned"
    """Somebody said that such a number is not theirs."""
    NUMBER_CLAIMED = "number.claimed"
    """Somebody said that a number is theirs which is bound to another person: a dispute, which its carrier decides."""
    NUMBER_EVIDENCE_GIVEN = "number.evidence_given"
    """A party of such a dispute told what shows that they use the number."""
    NUMBER_CLAIM_ENDED = "number.claim_ended"
    """A dispute about a number ended; the event says for whom, as its reader is concerned, and why."""
    NUMBERS_UPLOADED = "numbers.uploaded"
    """A carrier's register of numbers is read and kept; the event names the upload, and by whom it was brought."""
    SWAPS_SUBSCRIBED = "swaps.subscribed"
    """A service, permitted by a person, is told from now on when the number of their account is in another SIM."""
    SWAP_TOLD = "swap.told"
    """It was told so."""
    SWAPS_UNSUBSCRIBED = "swaps.unsubscribed"
    """It is told so no more; the event says why."""
    PERSON_ERASED = "person.erased"
    """The key of a person's data was destroyed."""
    PERSON_LOOKED_UP = "person.looked_up"
    """An office or an operator looked a person up, for a reason that is on record."""
    ROLE_GIVEN = "role.given"
    """A person was given a role."""
    ROLE_ENDED = "role.ended"
    """A role of a person was ended."""
    ACTIVATION_ISSUED = "activation.issued"
    """An office handed out a code to activate an account with."""
    ACTIVATION_USED = "activation.used"
    """A person activated an account and chose its secrets."""
    LOCK_ASKED = "lock.asked"
    """An officer asked for a lock, or for its end; a colleague has to decide."""
    LOCK_DECIDED = "lock.decided"
    """An officer decided about a lock that a colleague had asked for."""
    LOCK_WITHDRAWN = "lock.withdrawn"
    """An officer took back what they had asked for about a lock."""
    LOCK_EXPIRED = "lock.expired"
    """What an officer asked for about a lock was not decided in time, and counts no more."""
    REGISTER_INFORMED = "register.informed"
    """An office told the population register of a change."""
    # Of kinds in which a binding waits for proof; a social account is bound with its proof.
    BINDING_REQUESTED = "binding.requested"
    """A binding waits for proof. Of kinds whose proof comes later; a social account's comes with it."""
    BINDING_VERIFIED = "binding.verified"
    """An account of a relying party was bound to a person."""
    BINDING_PROVED = "binding.proved"
    """A binding counts by another proof: a young person's own for an account that a guardian had bound, or for a number
    a match of all four fields."""
    BINDING_JOINED = "binding.joined"
    """Another parent or guardian confirmed a child's account, and supervises it as well."""
    BINDING_RECHECK_ASKED = "binding.recheck_asked"
    """A number works in another device: its holder has to be authenticated again."""
    BINDING_FROZEN = "binding.frozen"
    """A number works in another SIM, or moves to another carrier: nothing rests on it."""
    BINDING_THAWED = "binding.thawed"
    """The holder of a frozen number showed that it is in their hand."""
    BINDING_DISPUTED = "binding.disputed"
    """Somebody else says that a number is theirs: it counts for nobody until the carrier has decided."""
    BINDING_SETTLED = "binding.settled"
    """A dispute about a number ended, and it stays its holder's."""
    BINDING_SUSPENDED = "binding.suspended"
    """A binding rests, and so do the rights that come with it."""
    BINDING_RESUMED = "binding.resumed"
    """A suspended binding counts again."""
    BINDING_RELEASED = "binding.released"
    """A binding was released by the relying party, the person or a guardian."""
    BINDING_REVOKED = "binding.revoked"
    """A binding was taken away by the provider. Of kinds where that is done; of social accounts nothing does it yet."""
    # What befell a child's binding, as told of each parent or guardian who supervises it.
    CHILD_BINDING_VERIFIED = "child_binding.verified"
    """An account of a child was bound under supervision."""
    CHILD_BINDING_PROVED = "child_binding.proved"
    """It counts by another proof: another guardian's, a better one, or the young person's own."""
    CHILD_BINDING_JOINED = "child_binding.joined"
    """Another parent or guardian supervises it as well."""
    CHILD_BINDING_RECHECK_ASKED = "child_binding.recheck_asked"
    """A number of a child works in another device."""
    CHILD_BINDING_FROZEN = "child_binding.frozen"
    """A number of a child works in another SIM, or moves to another carrier."""
    CHILD_BINDING_SUSPENDED = "child_binding.suspended"
    """It rests."""
    CHILD_BINDING_RESUMED = "child_binding.resumed"
    """It counts again."""
    CHILD_BINDING_RELEASED = "child_binding.released"
    """It was released by the relying party, the child or a guardian."""
    CHILD_BINDING_REVOKED = "child_binding.revoked"
    """It was taken away by the provider."""
    CLIENT_REGISTERED = "client.registered"
    """A relying party was registered."""
    CLIENT_CHANGED = "client.changed"
    """The registration of a relying party changed."""
    CLIENT_DISABLED = "client.disabled"
    """A relying party may no longer use the provider."""
    CLIENT_ENABLED = "client.enabled"
    """A relying party that was disabled may use the provider again."""
    CLIENT_SECRET_ROTATED = "client.secret_rotated"
    """A relying party got a new secret; the old one stays good for a while."""
    CLIENT_DOMAIN_ASKED = "client.domain_asked"
    """A relying party is to show that it controls a domain."""
    CLIENT_DOMAIN_VERIFIED = "client.domain_verified"
    """A domain showed what only its holder could put there."""
    CLIENT_DOMAIN_LOST = "client.domain_lost"
    """A domain that had been verified shows the proof no more."""
    CLIENT_DELETED = "client.deleted"
    """The registration of a relying party was deleted."""
    FAMILY_CREATED = "family.created"
    """A family of relying parties was made before its first member."""
    FAMILY_NAMED = "family.named"
    """A family of relying parties got the name of its organisation."""
    FAMILY_DISABLED = "family.disabled"
    """No relying party of an organisation may use the provider any longer."""
    FAMILY_ENABLED = "family.enabled"
    """The relying parties of an organisation may use the provider again."""
    RESOURCE_SERVER_REGISTERED = "resource_server.registered"
    """A foreign resource server was registered: signed access tokens may be issued for it."""
    RESOURCE_SERVER_CHANGED = "resource_server.changed"
    """The registration of a resource server changed."""
    RESOURCE_SERVER_REMOVED = "resource_server.removed"
    """A resource server was removed: no token for it is issued any more."""
    CAPTURE_DEVICE_REGISTERED = "capture_device.registered"
    """A device of a carrier was registered: the evidence that it signs of faces counts."""
    CAPTURE_DEVICE_REMOVED = "capture_device.removed"
    """A device of a carrier was removed: nothing that it signs counts any more."""
    BIOMETRIC_EVALUATION_FILED = "biometric_evaluation.filed"
    """An evaluation of a relying party's matcher of faces was put on file; it says whether the matcher passes."""
    KEY_ROTATED = "key.rotated"
    """A key was made, and the end of its predecessors was fixed."""
    DELIVERY_GIVEN_UP = "delivery.given_up"
    """A message, a notice or a fetch was given up and waits for the operator."""
    DELIVERY_RETRIED = "delivery.retried"
    """The operator had another attempt made at a delivery that was given up."""
    DELIVERY_DISCARDED = "delivery.discarded"
    """The operator discarded a delivery that was given up."""
    POLICY_LOADED = "policy.loaded"
    """Rows of the policy were stored as a draft, which changes nothing until it is published."""
    POLICY_PUBLISHED = "policy.published"
    """Rows of the policy were published; they hold from the days that they name."""


ALARMS = frozenset(
    {
        EventKind.REQUEST_MISMATCHED.value,
        EventKind.REQUEST_DISOWNED.value,
        EventKind.REQUEST_BUDGET_SPENT.value,
        EventKind.MATCH_BUDGET_SPENT.value,
    }
)
"""What a relying party may be at fault for, or whoever speaks in its name: counted for each, and told to the operator.
"""


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
