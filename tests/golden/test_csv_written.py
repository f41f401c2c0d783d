"""Golden cases the other way: each document of a CSV case is written by the same map, as `written.csv` has it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from hub.model.documents import DOCUMENTS, AnyDocument, DocType
from hub.model.envelope import Envelope
from tests.support.plain_files import partner, read_file
from translators.csv.translator import CsvTranslator

HERE = Path(__file__).parent
CSV = CsvTranslator(HERE)
CASES = sorted(
    p.parent for p in HERE.glob("csv/*/*/canonical.json") if not p.parent.name.startswith("reject-")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(HERE)))
def test_written(case: Path, request: pytest.FixtureRequest) -> None:
    profile = case / "profile.toml"
    tables = tomllib.loads(profile.read_text("utf-8")) if profile.exists() else {}
    agreed = {
        name: {k: v for k, v in table.items() if k != "match"}
        for name, table in tables.get("receive", {}).items()
    }
    known = partner("csv", **{**tables, "send": agreed})
    documents = msgspec.json.decode((case / "canonical.json").read_bytes(), type=list[AnyDocument])
    files = [CSV.write(document, Envelope(format="csv"), known) for document in documents]
    written, golden = b"".join(files), case / "written.csv"
    if request.config.getoption("--update-golden", default=False):
        golden.write_bytes(written)
    assert golden.read_bytes() == written
    if known.csv.skip:  # lines above the header are theirs: we write none
        return
    for document, data in zip(documents, files, strict=True):
        back, findings = read_file(CSV, data, "in.csv", known)
        assert back == (document,)
        assert not any(finding.fatal for finding in findings)


def test_every_kind_of_document_has_a_case() -> None:
    assert {DocType(case.parent.name) for case in CASES} == set(DOCUMENTS)
