"""The levels of identity, by name and by number."""

from vneid_idp.protocol.levels import LEVELS


def test_a_level_that_is_told_is_the_number_in_its_name() -> None:
    assert [name.rpartition(":")[2] for name in LEVELS] == [str(number) for number in LEVELS.values()] == ["1", "2"]
