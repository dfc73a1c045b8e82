"""The README's example of a binding says what the shipped policy says."""

from pathlib import Path

from vneid_idp.policy.documents import shipped

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def test_the_example_names_the_first_rule_as_it_is() -> None:
    first = shipped().requirements[0]
    example = README[README.index('"capabilities": [{') :][:300]
    assert f'"action": "{first.action}"' in example
    assert f'"legal_reference": "{first.legal_reference}"' in example
    assert f'"in_force_since": "{first.in_force_from}"' in example
