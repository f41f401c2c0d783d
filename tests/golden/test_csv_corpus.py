"""The flat files of strangers: each is read as reviewed, row by row, or a finding names the row; those of trade map."""

from __future__ import annotations

import io
import json
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.model.finding import Finding, Severity
from hub.model.partner import CsvSettings
from tests.support.plain_files import partner, read_file
from translators.csv.table import open_table, row_faults
from translators.csv.translator import CsvTranslator

HERE = Path(__file__).parent / "corpus"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
REVIEWED = tomllib.loads((HERE / "csv_reviewed.toml").read_text("utf-8"))
SUMMARY = HERE / "csv_summary.json"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not on this machine")


def name_of(file: Path) -> str:
    return file.relative_to(CORPUS / "csv").as_posix()


def flat_files() -> list[Path]:
    return sorted(f for f in (CORPUS / "csv").rglob("*") if f.is_file() and f.suffix != ".json")


def entries(kind: str, file: Path) -> list[dict[str, Any]]:
    return [e for e in REVIEWED[kind] if any(fnmatchcase(name_of(file), pattern) for pattern in e["files"])]


def settings(file: Path) -> CsvSettings:
    """Return how a file is read: the separator is found, all else is as reviewed."""
    declared = {key: value for entry in entries("dialect", file) for key, value in entry["csv"].items()}
    return msgspec.convert({"separator": "", **declared}, CsvSettings)


def told(findings: list[Finding]) -> list[str]:
    """Return faults in short: what, in which rows."""
    rows = Counter((f.problem, f.message.split(" (")[0]) for f in findings)
    first = {
        key: next(f.where.row for f in findings if (f.problem, f.message.split(" (")[0]) == key)
        for key in rows
    }
    return [
        f"{count} x {message}, from row {first[problem, message]}"
        for (problem, message), count in rows.items()
    ]


def summary(file: Path) -> dict[str, Any]:
    table = open_table(io.BytesIO(file.read_bytes()), settings(file))
    rows = list(table.rows)
    faults = [f for row in rows for f in (*row.faults, *row_faults(row, table.header))]
    made: dict[str, Any] = {"columns": len(table.header), "rows": len(rows)}
    if table.left_out:
        made["left out"] = len(table.left_out)
    faults = [f for f in table.findings if f.severity is not Severity.NOTE] + faults
    if faults:
        made["faults"] = told(faults)
    return made


def test_each_file_is_read_as_it_was_reviewed(request: pytest.FixtureRequest) -> None:
    made = {name_of(file): summary(file) for file in flat_files()}
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if request.config.getoption("--update-golden", default=False):
        SUMMARY.write_text(text, "utf-8")
    assert SUMMARY.read_text("utf-8") == text
    assert len(made) > 200


def test_each_file_with_faults_was_looked_at_and_no_other_is_named() -> None:
    known = json.loads(SUMMARY.read_text("utf-8"))
    for file in flat_files():
        assert bool(entries("faulty", file)) == ("faults" in known[name_of(file)]), name_of(file)
    for kind in ("faulty", "dialect", "mapped"):
        for entry in REVIEWED[kind]:
            for pattern in entry["files"]:
                assert any(fnmatchcase(name_of(file), pattern) for file in flat_files()), pattern


@pytest.mark.parametrize("entry", REVIEWED["mapped"], ids=lambda entry: entry["map"])
def test_files_of_trade_map(entry: dict[str, Any]) -> None:
    translator, agreed = CsvTranslator(HERE), {entry["document"]: {"map_file": f"maps/{entry['map']}"}}
    documents, lines = 0, 0
    for file in flat_files():
        if any(fnmatchcase(name_of(file), pattern) for pattern in entry["files"]):
            found, findings = read_file(
                translator, file.read_bytes(), file.name, partner("csv", receive=agreed)
            )
            assert [f.line() for f in findings if f.fatal] == []
            assert all(found)
            documents += len(found)
            lines += sum(len(document.lines) for document in found)  # type: ignore[union-attr] # as mapped
    assert (documents, lines) == (entry["documents"], entry["lines"])


def test_what_others_have_read_of_the_same_files_is_what_we_read() -> None:
    pairs = sorted((CORPUS / "csv").glob("max-mapper__csv-spectrum/csvs/*.csv"))
    for file in pairs:
        if file.stem == "location_coordinates":  # the two differ in their source: another telephone number
            continue
        table = open_table(io.BytesIO(file.read_bytes()), CsvSettings())
        read = [dict(zip(table.header, row.cells, strict=True)) for row in table.rows]
        answer = (file.parents[1] / "json" / f"{file.stem}.json").read_text("utf-8")
        expected = json.loads(
            answer.replace("\\r\\n", "\\n")
        )  # the corpus' copy has lost its carriage returns
        objects = expected if isinstance(expected, list) else [expected]
        assert read == [{name: str(text).strip() for name, text in one.items()} for one in objects], file.name
    assert len(pairs) >= 12
