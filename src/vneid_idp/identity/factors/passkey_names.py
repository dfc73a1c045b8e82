"""What a passkey is called when its holder gives it no name. Pure."""

from collections.abc import Collection

LONGEST = 60

_MAKERS = {
    "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
    "fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "iCloud Keychain",
    "dd4ec289-e01d-41c9-bb89-70fa845d4bf2": "iCloud Keychain",
    "08987058-cadc-4b81-b6e1-30de50dcbe96": "Windows Hello",
    "9ddd1817-af5a-4672-a2b9-3e3dd95000a9": "Windows Hello",
    "6028b017-b1d4-4c02-b4b3-afcdafc96bb2": "Windows Hello",
    "adce0002-35bc-c60a-648b-0b25f1f05503": "Chrome",
    "53414d53-554e-4700-0000-000000000000": "Samsung Pass",
    "bada5566-a7aa-401f-bd96-45619a55120d": "1Password",
    "d548826e-79b4-db40-a3d8-11116f7e8349": "Bitwarden",
    "531126d6-e717-415c-9320-3d9aa6981239": "Dashlane",
    "50726f74-6f6e-5061-7373-50726f746f6e": "Proton Pass",
}
"""Who keeps the passkey, by the AAGUID (WebAuthn §6.5.1) that authenticators give without attestation. Nobody vouches
for it: good enough for a name."""


def cleaned(name: str) -> str:
    """What was typed as a name, as it is kept."""
    return name.strip()[:LONGEST].strip()


def name_of(given: str, aaguid: str, unnamed: str, taken: Collection[str]) -> str:
    """The name that was given, or that of who keeps the passkey, or `unnamed` with a number; none that is `taken`
    is made up."""
    if name := cleaned(given):
        return name
    maker = _MAKERS.get(aaguid)
    made = [maker] if maker else []
    made += [f"{maker or unnamed} {number}" for number in range(2 if maker else 1, len(taken) + 3)]
    return next(name for name in made if name not in taken)
