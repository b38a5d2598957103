"""Rules of the house about its own files: sizes, names, and the tools that check the rest."""

from __future__ import annotations

import ast
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import templates

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*endings: str) -> list[Path]:
    """Committed files with one of ``endings``; generated ones aside."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    paths = [ROOT / name for name in names.stdout.decode().split("\n") if name.endswith(endings)]
    return [path for path in paths if path.exists() and "migrations" not in path.parts]


def functions(path: Path) -> Iterator[Function]:
    """Every function in a Python file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines of code of a function: without its docstring, blank lines and nothing else."""
    return (function.end_lineno or 0) - function.lineno + 1


def test_files_fit_on_few_screens() -> None:
    large = {
        str(path.relative_to(ROOT)): lines
        for path in sources(".py", ".html", ".js", ".css", ".mjs")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert large == {}


def test_functions_fit_on_one_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": length(function)
        for path in sources(".py")
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    }
    assert long == {}


def test_most_functions_are_short() -> None:
    own = [path for path in sources(".py") if "src" in path.parts and "tests" not in path.parts]
    lengths = [len(body(function)) for path in own for function in functions(path)]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION


def body(function: Function) -> range:
    """Lines of the statements of a function, its docstring aside."""
    statements = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return range(statements[0].lineno, (function.end_lineno or 0) + 1)


@pytest.mark.parametrize(
    ("template", "word"),
    [
        ("<p>Hello there</p>", "untranslated text"),
        ('<a title="Close it">{% trans "x" %}</a>', "untranslated title"),
        ('<p style="color: red">{{ x }}</p>', "style attribute"),
        ('<button onclick="go()">{{ x }}</button>', "event handler"),
        ("<script>go()</script>", "inline script"),
        ('<img src="https://elsewhere.example/x.png">', "another host"),
    ],
)
def test_the_template_rules_find_what_they_are_for(template: str, word: str) -> None:
    ((_line, what),) = templates.examine(template)
    assert word in what


def test_the_template_rules_let_good_templates_be() -> None:
    good = """{% load i18n %}{# a note #}
    <h1 title="{% trans "Close" %}">{% blocktrans trimmed %}All {{ n }} of them{% endblocktrans %}</h1>
    <script src="{% static 'x.js' %}"></script> Drifta · 4 <kbd>Ctrl</kbd> &middot; {{ name }}"""
    assert templates.examine(good) == []
