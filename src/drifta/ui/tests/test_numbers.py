"""Numbers follow the language."""

import pytest
from django.utils import translation

from drifta.ui.numbers import number, with_mark


@pytest.mark.parametrize(
    ("value", "english", "swedish"),
    [
        (4.3, "4.3", "4,3"),
        (95.0, "95", "95"),
        (45.4421, "45.442", "45,442"),
        (-0.0001, "0", "0"),
        (1200.5, "1200.5", "1200,5"),
    ],
)
def test_numbers_have_the_mark_of_the_language(value, english, swedish):
    with translation.override("en"):
        assert number(value) == english
    for language in ("sv", "nb"):
        with translation.override(language):
            assert number(value) == swedish


def test_a_measured_value_gets_the_mark_too():
    with translation.override("nb"):
        assert with_mark("12.3 ms") == "12,3 ms"
