"""What to do about refusals of `numbers/v1` and `matches/v1`."""

from collections.abc import Mapping

from vneid_idp.faces.evidence import FRESH_FOR
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.sandbox.remedies import Remedy
from vneid_idp.web.i18n import mark

NUMBER_REMEDIES: Mapping[str, Remedy] = {
    "number_not_confirmed": Remedy(
        mark(
            "The access token of a request in which the person confirmed this number, with the same channel, contract "
            "and sequence, and that bound no number before."
        ),
        mark(
            "Send the person to /authorize with an object of the type subscriber_number in authorization_details, and "
            "call with the first access token of that request. A refresh does not renew what was confirmed."
        ),
        "RFC 9396 §7",
    ),
    "number_bound_to_another": Remedy(
        mark("A number that is bound to nobody else at this carrier."),
        mark(
            "Release it first, with the carrier's own token, or let its holder do so at /me/numbers. The person can "
            "claim it there as well: then you decide, at /numbers/v1/disputes."
        ),
        "/docs?contract=numbers/v1",
    ),
    "number_suspended": Remedy(
        mark("A number that does not rest."),
        mark("Let the person look at /me/numbers, where it says why it rests, or release it."),
        "/docs?contract=numbers/v1",
    ),
    "number_frozen": Remedy(
        mark("A number that is in the hand of its holder."),
        mark(
            "Bring a match of all four fields (match_id) with it, or let the person say at /me/numbers, signed in with "
            "a passkey, that it is."
        ),
        "/docs?contract=numbers/v1",
    ),
    "number_disputed": Remedy(
        mark("A number that nobody else calls theirs."),
        mark(
            "Decide the dispute first: /numbers/v1/disputes has what both tell. Until then the number is bound to "
            "nobody anew, verified by no match, and named by no operator token."
        ),
        "/docs?contract=numbers/v1",
    ),
    "dispute_not_found": Remedy(
        mark("A dispute about a number of this organisation's, by the dispute_id that was listed."),
        mark("List them with the client's own token: those of other organisations are not told."),
        "/docs?contract=numbers/v1",
    ),
    "dispute_over": Remedy(
        mark("A dispute that is open, or the very decision that was made."),
        mark("Read how it ended: the first decision stays, and so does what the two did by themselves."),
        "/docs?contract=numbers/v1",
    ),
    "implausible_instant": Remedy(
        mark("An instant that has come, and not long ago."),
        mark("Tell in occurred_at when it happened, as RFC 3339 has it, and compare the clocks."),
        "/docs?contract=numbers/v1",
    ),
    "channel_not_open": Remedy(
        mark("A channel in which the law lets this person register a number; the detail of the error names them."),
        mark(
            "Begin again in one of these channels: the person confirms the number with that channel. Where only a "
            "match opens this one, bring its match_id."
        ),
        "Circular 08/2026/TT-BKHCN, Articles 4.1 to 7",
    ),
    "point_must_act": Remedy(
        mark("In the channels carrier_point and authorised_point, the client of a point of sale."),
        mark(
            "Name the point in may_act of the client with which people agree, and have it exchange the access token "
            "with its own as actor_token; or let the point ask by the device grant. In an app, say the channel of the "
            "app."
        ),
        "RFC 8693 §4.1",
    ),
    "number_takes_guardian": Remedy(
        mark("A holder who is old enough to have a number without a parent or guardian."),
        mark(
            "Send the parent or guardian to /authorize with the member holder, child, in the object of the type "
            "subscriber_number: they choose the child, and the token that comes of it binds the number to the child."
        ),
        "Decree 174/2026/NĐ-CP, Article 34.5.g and h",
    ),
    "guardian_contracts": Remedy(
        mark("A child who is old enough to have a number in its own name."),
        mark("Have the parent or guardian confirm it as a number of their own, without the member holder."),
        "Decree 174/2026/NĐ-CP, Article 34.5.g",
    ),
    "sequence_taken": Remedy(
        mark("A sequence that counts every number which the person has at this carrier."),
        mark(
            "Have the person confirm the number with the sequence that the detail of the error names, or a higher one."
        ),
        "/docs?contract=numbers/v1",
    ),
    "contract_required": Remedy(
        mark("For so many numbers of one person, a contract at a point of the carrier's own."),
        mark(
            "Begin again at a point of your own, with the channel carrier_point, and send contract_reference with the "
            "number."
        ),
        "Decree 163/2024/NĐ-CP, Article 18.2",
    ),
    "national_route_required": Remedy(
        mark("A match whose face was compared on the route national."),
        mark("Take the face anew, have it compared on the route national, and bring that match_id."),
        "Circular 08/2026/TT-BKHCN, Articles 5 and 8",
    ),
    "match_not_usable": Remedy(
        mark("A match whose verdict is matched, made by this organisation for this person, number and channel."),
        mark(
            "Send phone_number and channel to /matches/v1/four-fields, with a face, and bring the match_id within a "
            "day, once. A match is used up by the number that is verified by it, and by no refusal."
        ),
        "/docs?contract=numbers/v1",
    ),
    "carrier_unknown": Remedy(
        mark("A client that is registered as one of an organisation."),
        mark("Have the operator name the organisation in the member family of the registration."),
        "/docs?contract=numbers/v1",
    ),
    "instruction_unknown": Remedy(
        mark("An instruction that your own organisation was given, by its instruction_id or the jti of its event."),
        mark("List them, or poll for them, with the client's own token."),
        "/docs?contract=numbers/v1",
    ),
    "instruction_answered": Remedy(
        mark("One answer to an instruction, in the order of its number."),
        mark("Read how it stands: what was said first stays, and a later one of the number closes those before it."),
        "/docs?contract=numbers/v1",
    ),
    "invalid_evidence": Remedy(
        mark(
            "Evidence that a registered device of this client signed within the last %(minutes)s minutes, never used."
        ),
        mark(
            "Take the face anew and sign anew, with the jti, the iat and the id_number_digest of this capture. The "
            "sandbox makes evidence at POST /sandbox/captures; compare yours with it member by member."
        ),
        "Circular 08/2026/TT-BKHCN, Articles 4 and 8",
        {"minutes": FRESH_FOR // MINUTE},
    ),
    "matcher_not_evaluated": Remedy(
        mark("A matcher of your own whose error rates were evaluated, with the report on file."),
        mark(
            "Send a template and take the national route, or have the operator file the report of an evaluation that "
            "passed."
        ),
        "Circular 08/2026/TT-BKHCN, Article 8.2",
    ),
    "matcher_unavailable": Remedy(
        mark("A matcher that answers."),
        mark("Send the same request again after the seconds of Retry-After: the evidence was not used up."),
        "RFC 9110 §10.2.3",
    ),
    "match_budget_spent": Remedy(
        mark("Fewer mismatches of one ID number in a day, over all clients, and of one client in an hour."),
        mark(
            "Compare what stands on the papers, once. Begin again after the time that Retry-After names; which budget "
            "is spent is not told."
        ),
        "/docs?contract=matches/v1",
    ),
    "upload_under_way": Remedy(
        mark("One register of an organisation at a time."),
        mark(
            "Read the upload that is under way until it is complete or has failed, then begin the next. The same file "
            "goes on where it stopped; another one may follow an hour after the last part."
        ),
        "/docs?contract=numbers/v1",
    ),
    "too_many_uploads": Remedy(
        mark("A register that is handed in some times a day at most."),
        mark("Hand in what there is in one file, and mend its faults before the next. A file that began goes on."),
        "/docs?contract=numbers/v1",
    ),
    "upload_not_receiving": Remedy(
        mark("A part of a file that is still to come."),
        mark("Read the upload: missing_parts says which parts are waited for, and state what has become of it."),
        "/docs?contract=numbers/v1",
    ),
    "upload_not_found": Remedy(
        mark("An upload of this organisation, by the upload_id that was returned."),
        mark("Begin the same file anew: the answer names the upload that it belongs to."),
        "/docs?contract=numbers/v1",
    ),
    "bad_part": Remedy(
        mark("A part of the length part_bytes, and a last one with what is left."),
        mark("Cut the file at multiples of part_bytes, count the parts from 1 on, and send each with its bytes alone."),
        "/docs?contract=numbers/v1",
    ),
    "register_too_large": Remedy(
        mark("A file of 4 GiB at most."),
        mark("Send it as Parquet, which takes a fraction of what CSV does."),
        "/docs?contract=numbers/v1",
    ),
    "register_leaving": Remedy(
        mark("An organisation whose id no deleted one had a moment ago."),
        mark("Wait some minutes, until the numbers of the one before are gone, and try again."),
        "/docs?contract=numbers/v1",
    ),
}
