"""Make-believe people in any number, the same for the same seed: households of citizens with children, and foreigners.

The first N people of a seed are the same whatever N. Their personal ID numbers carry a place code and their phones a
prefix that are assigned to nobody. Serials below `RESERVED` are left to the named personas.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from vneid_idp.identity import personal_id, phones
from vneid_idp.identity.ages import birthday
from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.provinces import FORMER, current_code
from vneid_idp.identity.register.cards import citizen_card_expiry
from vneid_idp.identity.register.records import Address, Card, CardKind, LockedBy, PersonKind, RegistryRecord
from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.secrets import id_of
from vneid_idp.sandbox.country import names
from vneid_idp.sandbox.country.dice import Dice, Weighted

RESERVED = 1_000
REFERENCE = date(2026, 7, 1)
"""The day on which generated people have their ages; fixed, so that a seed means the same people for ever."""

_REFERENCE_INSTANT = 1_782_838_800 * SECOND  # 2026-07-01T00:00:00+07:00
_SERIALS = personal_id.SERIALS - RESERVED
_PHONES = phones.SYNTHETIC_NUMBERS - RESERVED
# Strides without a common factor visit every serial once before any comes again, and hide the order in which people
# were made.
_SERIAL_STRIDE, _PHONE_STRIDE = 618_031, 6_180_341

_HOUSEHOLDS = Weighted({"alone": 14, "couple": 20, "family": 50, "one_parent": 8, "elders": 6, "foreign": 2})
_COMMUNE_NAMES = (
    "Hoa Ban",
    "Hoa Sen",
    "Bằng Lăng",
    "Phượng Vĩ",
    "Sao Biển",
    "Đồng Xanh",
    "Suối Trong",
    "Cây Đa",
    "Bến Nước",
    "Trăng Non",
    "Gió Mới",
    "Nắng Mai",
)
_STREETS = (
    "Hoa Sữa",
    "Hoa Giấy",
    "Sưa Trắng",
    "Long Não",
    "Xà Cừ",
    "Mộc Lan",
    "Thiên Lý",
    "Dạ Hương",
    "Hoàng Lan",
    "Mai Vàng",
    "Tre Ngà",
)
_FORMER_CODES = tuple(FORMER)
_NATIONALITIES = Weighted({"KR": 28, "JP": 14, "CN": 16, "LA": 12, "KH": 10, "FR": 5, "US": 7, "IN": 5, "ID": 3})


@dataclass(frozen=True, slots=True)
class Citizen:
    """A generated person and the level of the account that they hold: 0 (none), 1 or 2."""

    record: RegistryRecord
    level: int


def citizens(count: int, seed: int) -> Iterator[Citizen]:
    """The first `count` people of `seed`. Adults of a household come before their children."""
    made = 0
    maker = _Maker(seed)
    while made < count:
        for citizen in maker.household():
            if made == count:
                return
            yield citizen
            made += 1


class _Maker:
    """Goes through the households of one seed and hands out serials, so that no number is given twice."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._households = 0
        self._people = 0
        self._phones = 0
        self._numbers: dict[tuple[Sex, int], tuple[int, int]] = {}
        self._offset = Dice(seed, "offset").below(_PHONES)
        self._stamp = hashlib.blake2b(str(seed).encode(), digest_size=6).digest()

    def household(self) -> Iterator[Citizen]:
        """The next household."""
        self._households += 1
        dice = Dice(self._seed, self._households)
        kind = _HOUSEHOLDS.pick(dice)
        if kind == "foreign":
            yield self._foreigner(dice)
            return
        people = names.PEOPLES.pick(dice)
        address = _address(dice)
        sexes = (
            (Sex.MALE, Sex.FEMALE) if kind in ("couple", "family", "elders") else (dice.pick((Sex.MALE, Sex.FEMALE)),)
        )
        low, high = (60, 95) if kind == "elders" else (22, 50) if kind in ("family", "one_parent") else (18, 75)
        age = dice.between(low, high)
        adults = [self._adult(dice, people, sex, max(18, age + dice.between(-3, 3)), address) for sex in sexes]
        yield from adults
        if kind in ("family", "one_parent"):
            parents = [adult.record for adult in adults]
            youngest = REFERENCE.year - max(parent.birth_date.year for parent in parents)
            for _ in range(dice.between(1, 3)):
                yield self._child(dice, people, parents, dice.below(max(1, min(18, youngest - 17))))

    def _adult(self, dice: Dice, people: str, sex: Sex, age: int, address: Address) -> Citizen:
        born = _born(dice, age)
        issued = max(REFERENCE - timedelta(days=dice.below(9 * 365)), birthday(born, 14))
        level = 0 if dice.chance(12) else 1 if dice.chance(15) else 2
        return self._citizen(
            dice,
            name=names.citizen_name(dice, people, sex),
            people=people,
            sex=sex,
            born=born,
            address=address,
            phone=self._phone() if dice.chance(96) else None,
            card=Card(CardKind.CITIZEN, issued, citizen_card_expiry(born, issued)),
            level=level,
        )

    def _child(self, dice: Dice, people: str, parents: list[RegistryRecord], age: int) -> Citizen:
        born = _born(dice, age)
        sex = dice.pick((Sex.MALE, Sex.FEMALE))
        # The peoples of the Central Highlands and the Chăm of the coast hand the mother's family name on.
        named_after = parents[-1] if people in ("Êđê", "Gia Rai", "Chăm") else parents[0]
        issued = max(born, REFERENCE - timedelta(days=dice.below(2 * 365)))
        has_card = age >= 14 or dice.chance(25)
        level = 0 if not has_card or dice.chance(40) else 2 if age >= 14 and dice.chance(70) else 1
        return self._citizen(
            dice,
            name=names.citizen_name(dice, people, sex, _handed_on(named_after.family_name)),
            people=people,
            sex=sex,
            born=born,
            address=parents[0].address,
            phone=self._phone() if age >= 14 and dice.chance(80) else None,
            card=Card(CardKind.CITIZEN, issued, citizen_card_expiry(born, issued)) if has_card else None,
            level=level,
            guardians=tuple(parent.person_id for parent in parents),
        )

    def _citizen(
        self,
        dice: Dice,
        *,
        name: names.Name,
        people: str,
        sex: Sex,
        born: date,
        address: Address | None,
        phone: str | None,
        card: Card | None,
        level: int,
        guardians: tuple[str, ...] = (),
    ) -> Citizen:
        deceased = dice.below(1000) < 8 and not guardians
        locked_by = dice.pick((LockedBy.HOLDER, LockedBy.AUTHORITY)) if dice.below(1000) < 4 else None
        number = self._number(born, sex)
        return Citizen(
            RegistryRecord(
                person_id=self._person_id(),
                kind=PersonKind.CITIZEN,
                personal_number=number,
                full_name=name.full,
                family_name=name.family,
                middle_name=name.middle,
                given_name=name.given,
                birth_date=born,
                sex=sex,
                nationality="VN",
                ethnicity=people.removesuffix(" Islam"),
                address=address,
                phone=phone,
                email=_email(name.full, number) if phone and dice.chance(30) else None,
                card=card,
                locked_by=locked_by,
                locked_at=_REFERENCE_INSTANT if locked_by else None,
                deceased_at=_REFERENCE_INSTANT if deceased else None,
                guardian_ids=guardians,
            ),
            level,
        )

    def _foreigner(self, dice: Dice) -> Citizen:
        sex = dice.pick((Sex.MALE, Sex.FEMALE))
        nationality = _NATIONALITIES.pick(dice)
        name = names.foreign_name(dice, nationality, sex)
        born = _born(dice, dice.between(20, 65))
        permanent = dice.chance(20)
        issued = REFERENCE - timedelta(days=dice.below(2 * 365))
        kind, years = (CardKind.PERMANENT_RESIDENCE, 10) if permanent else (CardKind.TEMPORARY_RESIDENCE, 2)
        record = RegistryRecord(
            person_id=self._person_id(),
            kind=PersonKind.FOREIGNER,
            personal_number=self._number(born, sex),
            full_name=name.full,
            family_name=name.family,
            middle_name=None,
            given_name=name.given,
            birth_date=born,
            sex=sex,
            nationality=nationality,
            ethnicity=None,
            address=_address(dice),
            phone=self._phone(),
            email=None,
            card=Card(kind, issued, birthday(issued, years)),
        )
        return Citizen(record, dice.pick((0, 1, 2)))

    def _person_id(self) -> str:
        self._people += 1
        return id_of("per", int.from_bytes(self._stamp) << 80 | self._people)

    def _number(self, born: date, sex: Sex) -> str:
        first, nth = self._numbers.get((sex, born.year)) or (Dice(self._seed, sex, born.year).below(_SERIALS), 0)
        if nth == _SERIALS:
            raise ValueError("this year of birth is full: more people than the numbers of one seed can name")
        self._numbers[sex, born.year] = first, nth + 1
        return personal_id.build(born, sex, RESERVED + (first + nth * _SERIAL_STRIDE) % _SERIALS)

    def _phone(self) -> str | None:
        nth = self._phones
        if nth == _PHONES:
            return None
        self._phones = nth + 1
        return phones.build(RESERVED + (self._offset + nth * _PHONE_STRIDE) % _PHONES)


def _born(dice: Dice, age: int) -> date:
    """A birth date of somebody who is `age` on the day of reference."""
    return birthday(REFERENCE, -age) - timedelta(days=dice.below(365))


def _address(dice: Dice) -> Address:
    former = dice.pick(_FORMER_CODES)
    return Address(
        street=f"Số {dice.between(1, 299)} đường {dice.pick(_STREETS)}",
        ward=f"{'Phường' if dice.chance(45) else 'Xã'} {dice.pick(_COMMUNE_NAMES)}",
        province=current_code(former),
        former_province=former if dice.chance(60) else None,
    )


def _handed_on(family: str | None) -> str | None:
    return "Tôn Thất" if family == "Tôn Nữ" else family


def _email(full_name: str, number: str) -> str:
    """An address under `.example`, which can belong to nobody (RFC 2606 §2)."""
    plain = unicodedata.normalize("NFD", full_name.lower().replace("đ", "d"))
    words = "".join(
        character if character.isascii() and character.isalpha() else " "
        for character in plain
        if not unicodedata.combining(character)
    )
    return f"{'.'.join(words.split())}{number[-4:]}@thu.example"
