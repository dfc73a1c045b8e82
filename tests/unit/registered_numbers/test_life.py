"""Any life of a number in a carrier's register (`tests.support.number_life`), by the rules alone."""

from hypothesis import settings

from tests.support.number_life import NumberLife


class AnyLife(NumberLife):
    """As long as somebody has a number."""


TestLife = AnyLife.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, report_multiple_bugs=False)
