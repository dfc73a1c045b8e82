"""What the fields of a match say together."""

from itertools import product

from vneid_idp.matching.rules import Field, Result, Verdict, verdict_of


def test_matched_is_what_agrees_in_all_four_fields_and_nothing_else() -> None:
    for found in product((None, *Result), repeat=len(Field)):
        results = {field: result for field, result in zip(Field, found, strict=True) if result is not None}
        if Result.MISMATCH in found:
            assert verdict_of(results) is Verdict.NOT_MATCHED
        else:
            assert (verdict_of(results) is Verdict.MATCHED) == (None not in found)
