"""Three-way merging of fields."""

from hypothesis import given
from hypothesis import strategies as st

from drifta.desk.merging import Sides, merge

fields = st.sampled_from(["subject", "kind", "impact"])
values = st.dictionaries(fields, st.integers(0, 3), min_size=3)
numbers = st.lists(st.integers(0, 5), unique=True)


@given(values, values)
def test_unchanged_fields_write_nothing(base: dict[str, int], theirs: dict[str, int]) -> None:
    assert merge(base, theirs, base) == merge(base, base, base)


@given(values, values, values)
def test_every_wish_is_written_or_asked_about(
    base: dict[str, int], theirs: dict[str, int], mine: dict[str, int]
) -> None:
    result = merge(base, theirs, mine)
    for name, wanted in mine.items():
        if wanted in (base[name], theirs[name]):
            assert name not in result.changes
            assert name not in result.conflicts
        elif theirs[name] == base[name]:
            assert result.changes[name] == wanted
        else:
            assert result.conflicts[name] == Sides(base[name], theirs[name], wanted)


@given(numbers, numbers, numbers)
def test_lists_keep_both_sides_additions_and_removals(base: list[int], theirs: list[int], mine: list[int]) -> None:
    result = merge({"a": base}, {"a": theirs}, {"a": mine})
    joined = set(result.changes.get("a", theirs))
    assert not result.conflicts
    assert set(mine) - set(base) <= joined
    assert not (set(base) - set(mine)) & joined
