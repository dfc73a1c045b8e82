"""Purposes that the law gives to many: complete, in every language of ours, and no wider than the law."""

import pytest

from vneid_idp.clients.purpose_templates import purpose_templates
from vneid_idp.kernel.languages import LANGUAGES
from vneid_idp.protocol.purposes import purpose_of, read_purposes


@pytest.mark.parametrize("name", purpose_templates())
def test_a_template_is_a_purpose_with_words_in_every_language(name: str) -> None:
    (read,) = read_purposes([purpose_templates()[name]])
    assert read["id"] == name
    for text in ("title", "text", "legal_ground", "kept_until"):
        assert set(read[text]) == set(LANGUAGES), text


def test_what_decree_147_obliges_a_network_to_keep_is_required_in_full_and_nothing_more() -> None:
    (read,) = read_purposes([purpose_templates()["decree_147_account_data"]])
    purpose = purpose_of(read)
    assert purpose.required == purpose.required_in_full == ("full_name", "birthdate", "phone_number")
    assert purpose.optional == (), "the ID number stands in for a phone, which every account holder has"
    assert purpose.legal_ground == {
        "vi": "điểm đ khoản 3 Điều 23 Nghị định 147/2024/NĐ-CP",
        "en": "Decree 147/2024/NĐ-CP, Article 23(3)(đ)",
    }
    for language, adult in (("vi", "cha, mẹ hoặc người giám hộ"), ("en", "parent or guardian")):
        assert adult in purpose.text[language], "for a child it is the adult's own"
