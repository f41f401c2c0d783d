"""Real files that nobody here wrote: opened, checked and answered without an exception.

Skipped where they are absent.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.envelope import Unwrapped
from translators.x12.acks.reader import read_functional_ack
from translators.x12.acks.verdicts import group_acknowledgment, technical_acknowledgment
from translators.x12.annotate import annotate
from translators.x12.characters import Characters
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set
from translators.x12.scan import scan

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "x12"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not on this machine")


def files() -> list[Path]:
    return sorted(p for p in CORPUS.rglob("*") if p.is_file())


def answered(unwrapped: Unwrapped) -> int:
    """Check and acknowledge all that a file holds; return the number of sets without any error."""
    clean = 0
    for interchange in unwrapped.interchanges:
        assert technical_acknowledgment(interchange)[0] == "TA1"
        for group in interchange.groups:
            sets = []
            for one in group.sets:
                found = (*one.findings, *check_set(one.payload, one.envelope))
                clean += not any(f.fatal for f in found)
                assert annotate(one.payload, one.envelope)
                read_functional_ack(one.payload, one.envelope)
                sets.append(SetVerdict(envelope=one.envelope, findings=found))
            verdict = GroupVerdict(
                envelope=group.envelope,
                declared_count=group.declared_count,
                findings=group.findings,
                sets=tuple(sets),
            )
            assert group_acknowledgment(verdict)[-1][3] == str(len(sets))
    return clean


def test_every_file_is_opened_checked_and_answered() -> None:
    clean = sum(answered(unwrap(file.read_bytes(), file.name)) for file in files())
    assert clean > 300


def test_every_file_is_cut_without_loss() -> None:
    for file in files():
        data = file.read_bytes()
        cut = "".join(piece.text for piece in scan(Characters(io.BytesIO(data))))
        assert cut.encode("latin-1") == data, file.name
