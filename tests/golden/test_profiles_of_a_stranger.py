"""Eleven profiles with the mistakes that strangers make, and the exact words that each gets."""

from __future__ import annotations

import shutil
from pathlib import Path

from hub.cli.lint import lines
from hub.profiles import lint

CASES = Path(__file__).with_name("profiles")
TEMPLATES = Path(__file__).parents[2] / "partners"


def test_each_mistake_gets_a_clear_word(tmp_path: Path, update_golden: bool) -> None:
    shutil.copytree(CASES, tmp_path, dirs_exist_ok=True)
    for template in TEMPLATES.glob("_*.toml"):
        shutil.copy(template, tmp_path / template.name)
    said = "\n".join(lines(lint(tmp_path))).replace(f"{tmp_path.as_posix()}", "partners") + "\n"
    if update_golden:
        (CASES / "said.txt").write_text(said, "utf-8")
    assert said == (CASES / "said.txt").read_text("utf-8")
