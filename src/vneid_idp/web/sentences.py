"""What an error means to a person: what happened, what it means for me, what I can do now. One fixed text a code.

The developer's words are another matter: they are in `description` and `title` of the errors themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class Sentence:
    """Texts marked for translation."""

    happened: str
    means: str
    to_do: str


_NOTHING_SHARED = mark("Nothing about you was shared.")
_BACK_TO_SERVICE = mark("Go back to the service that you came from and start again.")
_TELL_SERVICE = mark("Tell the service that you came from. You can show them the small print below.")

_BAD_REQUEST = Sentence(
    mark("The service made a mistake"),
    mark("The service that you came from sent a request that we cannot accept. Nothing about you was shared."),
    _TELL_SERVICE,
)
_UNKNOWN_SERVICE = Sentence(
    mark("We do not recognise this service"),
    mark("We could not make sure who is asking, so we stopped. Nothing about you was shared."),
    mark("If you trust the service, tell them, and show them the small print below. If not, close this page."),
)
_OURS = Sentence(
    mark("Something went wrong on our side"),
    mark("We could not finish what you asked for. Nothing was changed or shared by this attempt."),
    mark("Try again in a few minutes. If it happens again, tell us the request number below."),
)
_BUSY = Sentence(
    mark("Too many people are here right now"),
    mark("We could not serve you in time. Nothing was changed or shared."),
    mark("Please wait a minute and try again."),
)
_OUT_OF_SERVICE = Sentence(
    mark("We cannot serve you at the moment"),
    mark("A part of our service does not answer. Nothing was changed or shared."),
    mark("Please wait a minute and try again."),
)
_REFUSED = Sentence(
    mark("This cannot be done"),
    mark("We could not do what was asked. Nothing was changed."),
    mark("Go back and check what you entered, or start again."),
)

SENTENCES: Mapping[str, Sentence] = {
    "account_not_usable": Sentence(
        mark("This account cannot be used at present"),
        mark("It is locked or closed, so nothing is done for it. Nothing was changed or shared."),
        mark("Sign in with your password to see why, or ask a commune-level police office."),
    ),
    "answer_over": Sentence(
        mark("This is over"),
        mark("It was answered, took too long, or waits for another phone. Nothing was changed."),
        mark("If you still want it, begin again where it began."),
    ),
    "not_found": Sentence(
        mark("There is no such page"),
        mark("The address may be mistyped, or the page may be gone."),
        mark("Check the address, or start from the front page."),
    ),
    "method_not_allowed": Sentence(
        mark("This page cannot be opened this way"),
        mark("You may have reloaded a page in the middle of a task. Nothing was changed."),
        mark("Go back one page and continue from there."),
    ),
    "form_not_valid": Sentence(
        mark("This form is no longer valid"),
        mark("The page may have been open for too long, or cookies are turned off. Nothing was changed or shared."),
        mark("Go back, reload the page and send the form again. Cookies from this site must be allowed."),
    ),
    "malformed_form": _REFUSED,
    "file_too_large": Sentence(
        mark("The file is too large"),
        mark("What you sent is longer than anything that we take. Nothing was changed."),
        mark("Choose a smaller file, or put in fewer rows, and send the form again."),
    ),
    "unknown_answer": Sentence(
        mark("We did not understand the answer"),
        mark("The form came back with an answer that the page does not offer. Nothing was changed or shared."),
        mark("Go back, reload the page and choose one of the answers that it offers."),
    ),
    "file_closed": Sentence(
        mark("This file is not open any more"),
        mark("It was closed, or opened too long ago, or in another sign-in. Nothing was changed."),
        mark("Look the person up again at the office."),
    ),
    "interaction_over": Sentence(
        mark("This request is not open in this browser"),
        mark(
            "It was started in another browser, or another person signed in here meanwhile, or it is so long ago that "
            "we know nothing of it any more. Nothing about you was shared by opening this page."
        ),
        mark(
            "Go on in the browser in which you started, or start again at the service. If you did not start it, close "
            "this page."
        ),
    ),
    "interaction_finished": Sentence(
        mark("You have finished this already"),
        mark("The answer went to %(taker)s. Nothing more was shared by opening this page again."),
        mark(
            "Carry on where you began this. What %(service)s gets from you, and since when, stands under Connected "
            "services, where you can withdraw it."
        ),
    ),
    "interaction_gave_way": Sentence(
        mark("This request had to make room for others"),
        mark(
            "Very many requests that nobody finished came from your network or this browser, so the request of "
            "%(service)s was given up before its time was over. Nothing about you was shared."
        ),
        mark("Go back to %(service)s and start again."),
    ),
    "interaction_expired": Sentence(
        mark("This request has expired"),
        mark("The request of %(service)s waited for too long. Nothing about you was shared."),
        mark("Go back to %(service)s and start again."),
    ),
    "signed_out": Sentence(
        mark("You are not signed in any more"),
        mark("You signed out, or your account was locked, before this arrived. Nothing was changed or shared."),
        mark("Sign in again, then repeat what you wanted to do."),
    ),
    "proof_outdated": Sentence(
        mark("Sign in once more"),
        mark("Your password, passkey or phone number was changed while you signed in. You are not signed in."),
        mark("Sign in with what is good now. If it was not you who changed it, go to a registration office."),
    ),
    "proof_rests": Sentence(
        mark("This does not count for now"),
        mark(
            "It was added or changed with a code to your phone number, which was in another SIM card or in other hands "
            "by then, as the carrier told later. Whoever had the number may have done it. You are not signed in."
        ),
        mark(
            "Use an older passkey: signed in with it you can let this one count again, under Security. Without one, go "
            "to a commune-level police office with your card."
        ),
    ),
    "role_required": Sentence(
        mark("This page is for those who work here"),
        mark("Your account has no role at this place. Nothing was changed."),
        mark("Go back to your own account. If you do work here, ask whoever gives the roles."),
    ),
    "own_file": Sentence(
        mark("This is about yourself"),
        mark("Nobody acts at the office upon their own file, or decides about it. Nothing was changed."),
        mark("Ask a colleague to do it."),
    ),
    "passkey_refused": Sentence(
        mark("The passkey was not accepted"),
        mark("We could not confirm the passkey. Your account is unchanged."),
        mark("Go back and try again, or sign in another way."),
    ),
    "bad_label": Sentence(
        mark("This name cannot be kept"),
        mark("It is too long, or not one line of text. Nothing was changed."),
        mark("Go back and choose a shorter one."),
    ),
    "too_late_to_undo": Sentence(
        mark("This cannot be undone here any more"),
        mark("A minute has passed, or something changed meanwhile. What you took back stays taken back."),
        mark("Go back to the service: it can ask you again, and you decide anew."),
    ),
    "answers_changed": Sentence(
        mark("What you agreed to has changed meanwhile"),
        mark("You answered anew or withdrew it, or the service asks for something else. Nothing was changed by this."),
        mark("Go back to your connected services to see what is in force."),
    ),
    "consent_not_found": Sentence(
        mark("There is no such consent"),
        mark("You may have withdrawn it already. The service no longer receives anything under it."),
        mark("Go back to your connected services to see what is in force."),
    ),
    "too_many_attempts": Sentence(
        mark("Too many attempts"),
        mark("To protect the account we do not accept further attempts for a while."),
        mark("Please wait, then try again."),
    ),
    "too_many_requests": Sentence(
        mark("Too many requests"),
        mark("Very many requests that nobody finished came from your network, or to this service. Nothing was shared."),
        mark("Please wait, then start again from the service."),
    ),
    "access_denied": Sentence(
        mark("The request was refused"),
        _NOTHING_SHARED,
        mark("You can close this page or go back to the service."),
    ),
    "invalid_client": _UNKNOWN_SERVICE,
    "unauthorized_client": _UNKNOWN_SERVICE,
    "invalid_redirect_uri": _UNKNOWN_SERVICE,
    "unknown_client": _UNKNOWN_SERVICE,
    "invalid_request_uri": Sentence(
        mark("This link cannot be used any more"),
        mark("The request of the service is no longer valid or was used already. Nothing about you was shared."),
        _BACK_TO_SERVICE,
    ),
    "unmet_authentication_requirements": Sentence(
        mark("Your account does not have the level that is needed"),
        mark("The service asks for an identity of level 2. Nothing about you was shared."),
        mark("Raise your account to level 2, then start again from the service."),
    ),
    "policy_published_meanwhile": Sentence(
        mark("Another version was published meanwhile"),
        mark("This draft was never looked at together with what was published since. Nothing was changed."),
        mark("Load the draft again, look at what it changes, then publish it."),
    ),
    "client_changed": Sentence(
        mark("The client was changed meanwhile"),
        mark("Somebody else changed it after you opened this page. What you entered was not kept."),
        mark("Open the client again, look at it, then decide."),
    ),
    "resource_server_changed": Sentence(
        mark("The resource server was changed meanwhile"),
        mark("Somebody else changed it after you opened this page. What you entered was not kept."),
        mark("Open the resource server again, look at it, then decide."),
    ),
    "who_and_why": Sentence(
        mark("The reason is missing"),
        mark("Every change says who made it and why. Nothing was changed."),
        mark("Go back and say why in a few words, without anybody's numbers."),
    ),
    "request_over": Sentence(
        mark("This request is not open any more"),
        mark("Its time ran out, it was answered already, or the service took it back. Nothing was shared by this."),
        mark("If you still want it, start again on the other device."),
    ),
    "approval_over": Sentence(
        mark("This request is not open any more"),
        mark("It was answered or taken back, its time is over, or the service asks for something else by now."),
        mark("Look under Your children for what waits. If it still is wanted, the child starts again at the service."),
    ),
    "not_their_guardian": Sentence(
        mark("You do not decide for this child"),
        mark("The population register does not name you, or the child decides alone by now. Nothing was changed."),
        mark("If that is wrong, any registration office can put it right."),
    ),
    "server_error": _OURS,
    "temporarily_unavailable": _OUT_OF_SERVICE,
    "too_busy": _BUSY,
    "outcome_unknown": Sentence(
        mark("We do not know whether it was done"),
        mark("The answer of our database was lost on its way. What you asked for may have been done, or not."),
        mark("Look first whether it was done, and only then ask for it again."),
    ),
    "registry_unavailable": Sentence(
        mark("The population registry does not answer right now"),
        mark(
            "To go on we have to ask the population registry, and it cannot be reached. Nothing was changed or shared."
        ),
        mark("Please wait a minute and try again. Services where you are signed in already go on working."),
    ),
}


def sentence_for(code: str, status: int, from_client: bool) -> Sentence:
    """The texts of an error code, or else by whose fault it was: ours, the relying party's, or neither's."""
    known = SENTENCES.get(code)
    if known is not None:
        return known
    if status >= 500:
        return _OURS
    return _BAD_REQUEST if from_client else _REFUSED
