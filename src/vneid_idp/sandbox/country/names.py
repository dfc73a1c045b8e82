"""Make-believe names in all the variety in which people of Viet Nam bear them: of one word up to six, with and
without a family name, with `đ`, apostrophes and breves, the family name first (Kinh and most others) or the clan last
(Êđê).

The full name is the truth; its parts are given only where the tradition has them, and never guessed from the full name.
"""

import unicodedata
from dataclasses import dataclass

from vneid_idp.identity.personal_id import Sex
from vneid_idp.sandbox.country import name_lists as lists
from vneid_idp.sandbox.country.dice import Dice, Weighted


@dataclass(frozen=True, slots=True)
class Name:
    """A full name, and its parts where the tradition knows them. All text is Unicode NFC."""

    full: str
    family: str | None
    middle: str | None
    given: str | None


# Shares per thousand of the census of 2019, rounded, small peoples lifted so that each is met among a few thousand
# people.
PEOPLES: Weighted[str] = Weighted(
    {
        "Kinh": 838,
        "Tày": 19,
        "Thái": 19,
        "Mường": 15,
        "Hmông": 15,
        "Khmer": 14,
        "Nùng": 11,
        "Dao": 9,
        "Hoa": 8,
        "Gia Rai": 8,
        "Êđê": 8,
        "Chăm": 6,
        "Chăm Islam": 4,
        "Sán Dìu": 4,
        "Xơ Đăng": 6,
        "Cơ Ho": 6,
        "Raglai": 5,
        "Bru-Vân Kiều": 5,
    }
)


def build(
    *, family: str | None = None, middle: str | None = None, given: str | None = None, clan_last: bool = False
) -> Name:
    """A name from the parts that there are; `clan_last` puts the family name behind the given one, as the Êđê do."""
    middle = middle or None
    parts = (given, family) if clan_last else (family, middle, given)
    full = unicodedata.normalize("NFC", " ".join(part for part in parts if part))
    return Name(full, *(unicodedata.normalize("NFC", part) if part else None for part in (family, middle, given)))


def citizen_name(dice: Dice, people: str, sex: Sex, family: str | None = None) -> Name:
    """A name as `people` give them. `family` is the one handed down by a parent, where that is the tradition."""
    male = sex is Sex.MALE
    match people:
        case "Hmông":
            family = family or dice.pick(lists.HMONG_FAMILIES)
            return build(
                family=family,
                middle="A" if male else "Thị",
                given=dice.pick(lists.HMONG_MALE if male else lists.HMONG_FEMALE),
            )
        case "Dao":
            return _two_part(dice, family, lists.DAO_FAMILIES, lists.DAO_MALE if male else lists.DAO_FEMALE)
        case "Khmer":
            return _two_part(dice, family, lists.KHMER_FAMILIES, lists.KHMER_MALE if male else lists.KHMER_FEMALE)
        case "Chăm":
            return _two_part(dice, family, lists.CHAM_FAMILIES, lists.CHAM_MALE if male else lists.CHAM_FEMALE)
        case "Hoa":
            return _two_part(dice, family, lists.HOA_FAMILIES, lists.HOA_MALE if male else lists.HOA_FEMALE)
        case "Chăm Islam":
            return build(given=dice.pick(lists.CHAM_ISLAM_MALE if male else lists.CHAM_ISLAM_FEMALE))
        case "Cơ Ho":
            return build(given=dice.pick(lists.KOHO_MALE if male else lists.KOHO_FEMALE))
        case "Xơ Đăng":
            return build(given=f"A {dice.pick(lists.XODANG_MALE)}" if male else f"Y {dice.pick(lists.XODANG_FEMALE)}")
        case "Êđê":
            given = f"Y {dice.pick(lists.EDE_MALE)}" if male else f"H'{dice.pick(lists.EDE_FEMALE)}"
            return build(family=family or dice.pick(lists.EDE_CLANS), given=given, clan_last=True)
        case "Gia Rai":
            given = dice.pick(lists.JRAI_MALE if male else lists.JRAI_FEMALE)
            return build(family=family or dice.pick(lists.JRAI_FAMILIES), given=given)
        case "Raglai":
            family = family or dice.pick(lists.RAGLAI_FAMILIES)
            given = dice.pick(lists.MINORITY_GIVEN_MALE if male else lists.MINORITY_GIVEN_FEMALE)
            return build(family=family, middle=None if male else "Thị", given=given)
        case _:
            return _like_kinh(dice, people, sex, family)


def foreign_name(dice: Dice, nationality: str, sex: Sex) -> Name:
    """A name as a passport of `nationality` prints it: capitals, the family name first, sometimes none at all."""
    families, men, women = lists.FOREIGN[nationality]
    return build(family=dice.pick(families) or None, given=dice.pick(men if sex is Sex.MALE else women))


def _two_part(dice: Dice, family: str | None, families: tuple[str, ...], given: tuple[str, ...]) -> Name:
    return build(family=family or dice.pick(families), given=dice.pick(given))


def _like_kinh(dice: Dice, people: str, sex: Sex, family: str | None) -> Name:
    male = sex is Sex.MALE
    others = lists.FAMILIES_LIKE_KINH.get(people)
    if family is None:
        family = dice.pick(others) if others else lists.KINH_FAMILIES.pick(dice)
    if family == "Tôn Thất" and not male:
        family = "Tôn Nữ"  # the Nguyễn clan's women bear the name in this form
    middle = (lists.MALE_MIDDLES if male else lists.FEMALE_MIDDLES).pick(dice)
    if others and dice.chance(40):
        given = dice.pick(lists.MINORITY_GIVEN_MALE if male else lists.MINORITY_GIVEN_FEMALE)
    else:
        given = dice.pick(lists.MALE_GIVEN if male else lists.FEMALE_GIVEN)
    if middle.endswith(given):  # "Anh Anh" is nobody's name
        middle = "Văn" if male else "Thị"
    if not others and male and dice.chance(6):  # the mother's family name as a second one: Trần Lê Minh Khôi
        middle = f"{lists.KINH_FAMILIES.pick(dice)} {middle}".strip()
    return build(family=family, middle=middle, given=given)
