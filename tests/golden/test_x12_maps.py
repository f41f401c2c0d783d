"""Golden cases of the X12 maps: a file as it comes, and the canonical document that it is.

A new folder is a new case. `reject-*` must give no document and say why. Every other case is also written
again, passes our own dictionary check, and is read back as the same document.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from hub.model.documents import AnyDocument, ShipNotice
from hub.model.envelope import UnwrappedSet
from hub.model.finding import Finding
from translators.x12.mapping import read_document, write_document
from translators.x12.rules.check import check_set
from translators.x12.translator import X12Translator

FOLDER = Path(__file__).parent / "x12_map"
#: Sets of the grocery trade: they count quantities, not lines.
UNCOUNTED = frozenset({"875", "880"})
CASES = sorted(path.parent for path in FOLDER.glob("*/*/in.edi"))


def _set(case: Path) -> UnwrappedSet:
    (interchange,) = X12Translator().unwrap((case / "in.edi").read_bytes(), "in.edi", None).interchanges
    (one,) = interchange.groups[0].sets
    assert not [f for f in (*interchange.findings, *interchange.groups[0].findings, *one.findings) if f.fatal]
    return one


def _story(document: AnyDocument | None, findings: tuple[Finding, ...]) -> object:
    lines = [f"{finding.severity}: {finding.line()}" for finding in findings]
    return json.loads(msgspec.json.encode({"document": document, "findings": lines}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_reads_what_the_file_says(case: Path, update_golden: bool) -> None:
    one = _set(case)
    document, findings = X12Translator().read(one.payload, one.envelope, one.document, None)
    found = _story(document, findings)
    expected = case / "canonical.json"
    if update_golden:
        expected.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(expected.read_text("utf-8"))
    assert (document is None) == case.name.startswith("reject-")


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if not c.name.startswith("reject-")],
    ids=lambda case: f"{case.parent.name}-{case.name}",
)
def test_writes_it_again(case: Path) -> None:
    one = _set(case)
    document, _ = X12Translator().read(one.payload, one.envelope, one.document, None)
    assert document is not None
    body = write_document(document, one.envelope, None)
    segments = [["ST", one.envelope.set_id, "0001"], *body, ["SE", str(len(body) + 2), "0001"]]
    payload = "".join("*".join(segment) + "~" for segment in segments).encode()
    if getattr(document, "lines", True):  # the standard wants lines; an answer to an order may do without
        assert [f.line() for f in check_set(payload, one.envelope) if f.fatal] == []
    again, _ = read_document(segments, one.document, one.envelope, None)
    assert again == _as_written(document, one.envelope.set_id)


def _as_written(document: AnyDocument, set_id: str) -> AnyDocument:
    """Return a document as its writing changes it: a count that is right, a structure that we write."""
    if set_id in UNCOUNTED:
        return document
    if not isinstance(document, ShipNotice):
        counted = getattr(document, "lines", getattr(document, "items", ()))
        return replace(document, line_count=len(counted)) if hasattr(document, "line_count") else document
    packed = any(order.packages for order in document.orders)
    return replace(document, structure="0001" if packed else "0004")
