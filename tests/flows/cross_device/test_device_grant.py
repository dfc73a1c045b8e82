"""The device grant (RFC 8628): a code on one device, typed and answered on another, polled for by the first."""

from tests.support.country import ISSUER, Country
from tests.support.polling import Television, answered, device_party
from tests.support.relying_party import Person


async def test_what_is_approved_on_another_device_is_polled_for(land: Country) -> None:
    party = await device_party(land)
    device = await Television.start(party)
    assert device.told["verification_uri"] == f"{ISSUER}/device"
    assert device.told["verification_uri_complete"] == f"{ISSUER}/device?user_code={device.told['user_code']}"
    assert await device.error() == "authorization_pending"
    person = Person(land, land.people["complete"])
    done = await answered(person, await device.confirmed(person))
    assert "Hãy quay lại thiết bị kia" in done.text, done.path + done.text
    answer = await device.poll()
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert (await party.userinfo(tokens["access_token"])).json()["identity_level"] == 1
    assert (await party.claims(tokens["id_token"]))["aud"] == party.client_id
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200
    assert (await device.poll()).json()["error"] == "invalid_grant"
