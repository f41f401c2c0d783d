"""The rules of the house that no other tool holds: sizes, first lines, homes of packages, nothing of this machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("hub", "translators")

LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 60

#: Where a third-party package may be imported. One home each: to replace it is to change that folder.
#: msgspec is the language of the model and free everywhere.
HOMES = {
    "alembic": ("hub/store",),
    "argon2": ("hub/transports",),
    "celery": ("hub/runners", "hub/working"),
    "cryptography": ("hub/transports", "hub/store"),
    "httpx": ("hub/erp/odoo",),
    "jinja2": ("hub/web", "hub/erp/practice"),
    "kombu": ("hub/runners",),
    "lxml": ("translators/xml",),
    "openpyxl": ("translators/csv",),
    "markupsafe": ("hub/web",),
    "pandas": ("translators/csv",),
    "paramiko": ("hub/transports",),
    "psycopg": ("hub/store",),
    "rapidfuzz": ("translators/crosswalk", "hub/toml"),  # the nearest code, the nearest key
    "rich": ("hub/cli",),
    "sqlalchemy": ("hub/store",),
    "starlette": ("hub/web", "hub/erp/practice"),
    "typer": ("hub/cli",),
    "uvicorn": ("hub/web", "hub/erp/practice"),
    "watchdog": ("hub/transports",),
}

EVERYWHERE = {"msgspec", "hub", "translators"} | set(sys.stdlib_module_names)

#: What must not be in a repository that others clone: paths of one machine, and hosts that only it can reach.
OF_A_MACHINE = re.compile(
    r"(?<![\w.$}{/-])/(?:root|work|home/[a-z]+|Users/[A-Za-z]+)/"  # absolute paths of somebody's machine
    r"|/tmp/[\w-]+"
    r"|\b(?:localhost|127\.0\.0\.1):\d+/(?:simple|pypi|npm)"
    r"|\b[\w.-]+\.(?:internal|corp|local|lan)\b(?::\d+)?/"
    r"|\b(?:artifactory|nexus|devpi|pypiserver)[\w.-]*\.[a-z]{2,}",
)


@cache
def tracked() -> tuple[str, ...]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git repository: an unpacked release has been tested before it was packed")
    return tuple(name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(parsed(path)))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lengths = {short(path): len(path.read_text("utf-8").splitlines()) for path in python_files(*CODE)}
    assert len(lengths) > 100
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE_LINES} == {}


def test_no_function_is_too_long_to_be_seen_at_once() -> None:
    long = {
        f"{short(path)}: {node.name}": lines
        for path in python_files(*CODE)
        if "migrations" not in path.parts  # a list of columns, never read again once released
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION_LINES
    }
    assert long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        short(path)
        for path in python_files(*CODE, "tests", "benchmarks")
        if not ast.get_docstring(parsed(path))
    ]
    assert silent == []


#: A comment that silences a tool, and what stands behind it.
SILENCED = re.compile(r"# *(?:type: *ignore(?:\[[\w, -]+\])?|noqa(?:: *[A-Z]+\d+(?:, *[A-Z]+\d+)*)?)(.*)")


def silenced(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the reason of each comment that silences a tool."""
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT and (found := SILENCED.search(token.string)):
                yield token.start[0], found[1].strip(" #-")


def test_who_silences_a_tool_says_why() -> None:
    found = {
        f"{short(path)}:{line}": why
        for path in python_files(*CODE, "tests", "tools", "benchmarks")
        for line, why in silenced(path)
    }
    assert len(found) > 50
    assert [place for place, why in found.items() if len(why) < 6] == []


def test_names_say_what_a_thing_does() -> None:
    """No drawer for odds and ends, and no class that only manages or helps."""
    vague = [
        short(p) for p in python_files(*CODE) if p.stem in {"utils", "util", "common", "helpers", "misc"}
    ]
    vague += [
        f"{short(path)}: {node.name}"
        for path in python_files(*CODE)
        for node in nodes(path)
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Manager", "Helper", "Util", "Utils"))
    ]
    assert vague == []


def imported(path: Path) -> Iterator[str]:
    """Yield the top-level names of what a file imports, wherever in it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_each_package_has_one_home() -> None:
    strays = {
        f"{short(path)} imports {name}"
        for path in python_files(*CODE)
        for name in set(imported(path)) - EVERYWHERE
        if not short(path).startswith(HOMES.get(name, ()))
    }
    assert strays == set()


def test_the_table_of_homes_is_not_out_of_date() -> None:
    used = {name for path in python_files(*CODE) for name in imported(path)}
    assert set(HOMES) - used <= {"psycopg"}  # SQLAlchemy loads it by its name in a URL


@pytest.mark.parametrize(
    "text", ["/root/hub/x", "see /work/main", "/home/pat/hub", "/tmp/job7/x", "https://devpi.example.com/x"]
)
def test_the_pattern_finds_what_is_of_a_machine(text: str) -> None:
    assert OF_A_MACHINE.search(text)


@pytest.mark.parametrize(
    "text", ["HUB_ROOT/work/", "sftp://host/in", "https://odoo.example.com/", "a/root/b"]
)
def test_the_pattern_lets_the_rest_pass(text: str) -> None:
    assert not OF_A_MACHINE.search(text)


def test_nothing_in_the_repository_is_of_one_machine() -> None:
    this = short(Path(__file__))
    found = []
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if name == this or b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if OF_A_MACHINE.search(line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert found == []
