"""What CAMARA's files name by codes of their own. Every other refusal is told in the general ones
(`web/camara_codes.py`)."""

from vneid_idp.kernel.errors import DomainError


class InvalidArgument(DomainError):
    """The body is not as it is described, in a way that takes all of it to see."""

    code = "INVALID_ARGUMENT"
    status = 400
    title = "The request body is not as the API describes it."


class OutOfRange(DomainError):
    """A value has the right form, and is none that this client may ask about."""

    code = "OUT_OF_RANGE"
    status = 400
    title = "A value is out of the range that can be asked about."


class UnnecessaryIdentifier(DomainError):
    """A number is sent beside a token that says already who it is."""

    code = "UNNECESSARY_IDENTIFIER"
    status = 422
    title = "The access token says who it is: leave phoneNumber out."


class InvalidParamCombination(DomainError):
    """Nothing is sent that could be compared."""

    code = "KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION"
    status = 400
    title = "At least one attribute beside phoneNumber is needed."


class ServiceNotApplicable(DomainError):
    """No carrier has a number of the person's account in their name, or the account has none: which, is not told."""

    code = "SERVICE_NOT_APPLICABLE"
    status = 422
    title = "No carrier here has the phone number of this person in their name."


class NotByNetwork(DomainError):
    """No carrier vouched for the device, so nothing is known of what is in it."""

    code = "NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK"
    status = 403
    title = "This needs an access token that was asked for with an operator token of the carrier."


class InvalidTokenContext(DomainError):
    """The number in the body is not one of the person's."""

    code = "INVALID_TOKEN_CONTEXT"
    status = 403
    title = "The phone number is not one of the person of this access token."


class InvalidProtocol(DomainError):
    """Events are sent by HTTP alone."""

    code = "INVALID_PROTOCOL"
    status = 400
    title = "Events are delivered by the protocol HTTP alone."


class InvalidCredential(DomainError):
    """What goes with events is an access token, or nothing."""

    code = "INVALID_CREDENTIAL"
    status = 400
    title = "A sinkCredential has the credentialType ACCESSTOKEN."


class InvalidSinkToken(DomainError):
    """The access token for the sink is none of the kind that can be sent."""

    code = "INVALID_TOKEN"
    status = 400
    title = "The access token of a sinkCredential has the accessTokenType bearer."


class InvalidSink(DomainError):
    """The address is none that events can be posted to."""

    code = "INVALID_SINK"
    status = 400
    title = "The sink is no https address that events can be posted to."
