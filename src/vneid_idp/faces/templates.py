"""A template on its way from a device to the matcher: sealed to this provider, opened for the one comparison.

The device encrypts to the `RSA-OAEP` key of the JWK Set, with RSA-OAEP or RSA-OAEP-256 and A256GCM (RFC 7516); the
plaintext is the template in base64url. So the carrier's servers pass on what they cannot read.
"""

from vneid_idp.faces.evidence import InvalidEvidence, SealedTemplate
from vneid_idp.faces.port import LONGEST_TEMPLATE, Template
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.keys.jwe import NotEncryptedToUs
from vneid_idp.keys.ring import KeyRing


def open_template(keys: KeyRing, capture: SealedTemplate, now: Instant) -> Template:
    """The template of evidence that was checked. Raises `InvalidEvidence` for what is none that is sealed to us."""
    try:
        content = from_base64url(keys.decrypt(capture.sealed, now))
    except (NotEncryptedToUs, ValueError):
        raise InvalidEvidence("The evidence has a template that is not sealed to a key of this provider.") from None
    if not 0 < len(content) <= LONGEST_TEMPLATE:
        raise InvalidEvidence(f"The evidence has a template of no or more than {LONGEST_TEMPLATE} bytes.")
    return Template(capture.model, content)
