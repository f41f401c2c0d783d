"""Golden cases of CSV and XML: `in.*` (and `profile.toml`) gives `canonical.json` and `findings.txt`.

A new folder is a new case. A folder called `reject-*` must give a fatal finding.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from tests.support.plain_files import partner, read_file
from translators.csv.translator import CsvTranslator
from translators.port import Translator
from translators.xml.translator import XmlTranslator

HERE = Path(__file__).parent
TRANSLATORS: dict[str, Translator] = {"csv": CsvTranslator(HERE), "xml": XmlTranslator(HERE)}
CASES = sorted(path for name in TRANSLATORS for path in HERE.glob(f"{name}/*/*/in.*"))


@pytest.mark.parametrize("file", CASES, ids=lambda file: str(file.parent.relative_to(HERE)))
def test_golden(file: Path, request: pytest.FixtureRequest) -> None:
    case = file.parent
    profile = case / "profile.toml"
    tables = tomllib.loads(profile.read_text("utf-8")) if profile.exists() else {}
    name = case.relative_to(HERE).parts[0]
    documents, findings = read_file(TRANSLATORS[name], file.read_bytes(), file.name, partner(name, **tables))
    made = {
        "canonical.json": msgspec.json.format(msgspec.json.encode(documents), indent=2).decode() + "\n",
        "findings.txt": "".join(f"{f.severity} {f.problem} {f.line()}\n    {f.hint}\n" for f in findings),
    }
    if request.config.getoption("--update-golden", default=False):
        for part, text in made.items():
            (case / part).write_text(text, "utf-8")
    for part, text in made.items():
        assert (case / part).read_text("utf-8") == text
    assert any(f.fatal for f in findings) == case.name.startswith("reject-")


def test_there_are_cases_of_both_formats() -> None:
    assert {case.relative_to(HERE).parts[0] for case in CASES} == set(TRANSLATORS)
