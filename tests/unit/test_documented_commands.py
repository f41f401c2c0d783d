"""The commands that README.md and docs/ show: each is there with its options, and what needs no server runs as told."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from hub.cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SAMPLE = ROOT / "partners" / "acme" / "samples" / "850_two_orders.edi"
#: `hub ...` in running text, and at the start of a line of a fenced block.
_INLINE = re.compile(r"`(hub [^`\n]+)`")
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
#: Where the words of a command end: comments, what the shell does with it, explanations behind two blanks.
_END = re.compile(r"\s+#|\s+[|>]|\s+&&|\s{3,}|;")
#: Commands of docs/x12.md that are run on a sample; the files that they name are copies of it.
_RUN = ("show", "check", "ack", "diff", "grep", "scrub", "new", "sets", "dictionary")


def fenced(page: Path) -> list[str]:
    """Return the commands in the fenced blocks of a page."""
    lines = (line for block in _FENCE.findall(page.read_text("utf-8")) for line in block.splitlines())
    return [_END.split(line.removeprefix("$ "))[0] for line in lines if re.match(r"(\$ )?hub ", line)]


def named(page: Path) -> list[str]:
    """Return all commands that a page names."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    return [*fenced(page), *(_END.split(found)[0] for found in _INLINE.findall(text))]


@cache
def program() -> Any:
    """Return the command line as a tree of commands."""
    return typer.main.get_command(app)


def unknown(command: str) -> Iterator[str]:
    """Yield what a command line names and the program does not have."""
    here = program()
    words = shlex.split(command.replace("...", ""))[1:]
    while words and hasattr(here, "commands"):
        word = words.pop(0).rstrip(",")
        if word.startswith("-"):
            break
        if word.isupper():
            return  # stands for any
        if word not in here.commands:
            yield f"there is no command {word!r}"
            return
        here = here.commands[word]
    options = {name for one in here.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    yield from (f"there is no {word}" for word in words if word.startswith("--") and word not in options)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_command_is_there_with_its_options(page: Path) -> None:
    wrong = [f"{command}: {fault}" for command in named(page) for fault in unknown(command)]
    assert "\n".join(wrong) == ""


def test_a_command_that_is_not_there_is_found() -> None:
    assert list(unknown("hub frobnicate")) == ["there is no command 'frobnicate'"]
    assert list(unknown("hub map try FILE --nothing")) == ["there is no --nothing"]
    assert sum(len(named(page)) for page in PAGES) > 100


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder with our sample partners, in which we stand."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    shutil.copytree(ROOT / "partners", tmp_path / "partners")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, shlex.split(command)[1:], catch_exceptions=False)
    return result.exit_code, result.output


def test_the_examples_of_x12_run(home: Path) -> None:
    (home / "inbox").mkdir()
    for name in ("order.edi", "inbox/order.edi", "old.edi", "new.edi", "a.edi", "b.edi"):
        shutil.copy(SAMPLE, home / name)
    shown = [c for c in fenced(ROOT / "docs" / "x12.md") if c.split()[2] in _RUN]
    ran = []
    for command in shown:
        words = [str(p) for w in command.split() for p in (sorted(home.glob(w)) if "*" in w else [w])]
        if any(w.endswith(".edi") and not (home / w).exists() for w in words):
            continue
        status, said = run(" ".join(words))
        assert status in {0, 1}, f"{command}: {said}"
        assert said or "--quiet" in command, command
        ran.append(command)
    assert len(ran) > 10


def test_the_example_of_maps_is_what_is_printed(home: Path) -> None:
    blocks = [b for b in _FENCE.findall((ROOT / "docs" / "maps.md").read_text("utf-8")) if "$ hub" in b]
    for part in "\n".join(blocks).split("$ ")[1:]:
        command, *shown = part.splitlines()
        status, said = run(command)
        assert status == 0, said
        printed = " ".join(said.split())
        for line in shown:
            wanted = " ".join(line.removesuffix("...").split())
            assert wanted in printed, f"{command}: {line}"
