"""How the ways to prove who one is are called in a sentence, on every page that names one."""

from collections.abc import Mapping

from vneid_idp.identity.factors.passkeys import METHOD as PASSKEY
from vneid_idp.identity.factors.proofs import MESSAGE, PASSCODE, PASSWORD, PHONE
from vneid_idp.web.i18n import mark

METHODS: Mapping[str, str] = {
    PASSWORD: mark("with the password"),
    PASSCODE: mark("with the passcode"),
    MESSAGE: mark("with a code by message"),
    PASSKEY: mark("with a passkey"),
    PHONE: mark("with the identity app on a phone"),
}
