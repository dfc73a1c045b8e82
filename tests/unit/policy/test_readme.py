"""The README's example of a binding and its table of intervals say what the shipped policy says."""

from pathlib import Path

from vneid_idp.cli.policy import interval_in_words
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Step, Trigger

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def test_the_example_names_the_first_rule_as_it_is() -> None:
    first = shipped().requirements[0]
    example = README[README.index('"capabilities": [{') :][:300]
    assert f'"action": "{first.action}"' in example
    assert f'"legal_reference": "{first.legal_reference}"' in example
    assert f'"in_force_since": "{first.in_force_from}"' in example


def test_the_table_of_intervals_is_that_of_the_rows() -> None:
    for trigger in {row.trigger for row in shipped().intervals}:
        rows = {row.step: row for row in shipped().intervals if row.trigger is trigger}
        rules = "; ".join(dict.fromkeys(row.legal_reference for row in rows.values()))
        lengths = (interval_in_words(rows[step]) if step in rows else "–" for step in Step)
        assert " | ".join((f"| `{trigger}`", *lengths, rules)) + " |" in README
    assert f"| `{Trigger.FIRST_PASSPORT_NUMBER}`" not in README
