"""A client that shows a certificate where others sign (mutual TLS, RFC 8705): here one that it made itself."""

import base64
import datetime
import ssl
import tempfile

import httpx
from carrier import ISSUER, http, provider, public, shown, told
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

# %% Make
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name.from_rfc4514_string("CN=Back end,O=Carrier,C=VN")
now = datetime.datetime.now(datetime.UTC)
certificate = (
    x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    .not_valid_before(now)
    .not_valid_after(now + datetime.timedelta(days=30))
    .sign(key, hashes.SHA256())
)

# %% Register
wanted = {
    "client_name": "My back end",
    "profile": "fapi2",
    "grant_types": ["client_credentials"],
    "response_types": [],
    "scope": "openid binding:social_account",
    "token_endpoint_auth_method": "self_signed_tls_client_auth",
    "tls_client_certificate_bound_access_tokens": True,
    "jwks": {"keys": [{**public(key), "x5c": [base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()]}]},
}
client_id = told(http.post(provider["registration_endpoint"], json=wanted))["client_id"]

# %% Connect
trust = ssl.create_default_context(cadata=http.get(f"{ISSUER}/sandbox/certificates/authority.pem").text)
with tempfile.NamedTemporaryFile() as pem:
    pem.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem.write(certificate.public_bytes(Encoding.PEM))
    pem.flush()
    trust.load_cert_chain(pem.name)
https = httpx.Client(verify=trust)

# %% Ask
doors = provider["mtls_endpoint_aliases"]
form = {"client_id": client_id, "grant_type": "client_credentials", "scope": "binding:social_account"}
token = shown(https.post(doors["token_endpoint"], data=form))["access_token"]
shown(https.post(doors["introspection_endpoint"], data={"client_id": client_id, "token": token}))

# %% Steal
accounts = "/bindings/v1/social-accounts"
bearer = {"Authorization": f"Bearer {token}"}
print(http.get(f"{ISSUER}{accounts}", headers=bearer).text)
shown(https.get(doors["userinfo_endpoint"].replace("/userinfo", accounts), headers=bearer))
