"""The X12 maps run both ways, and no segments make the reader raise."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model import problems
from hub.model.documents import AnyDocument
from hub.model.envelope import Delimiters, Envelope
from tests.support.x12_drawn import documents_of
from translators.x12.mapping import SETS, read_document, write_document

ENVELOPES = [
    Envelope(format="x12", release="004010"),
    Envelope(format="x12", release="005010", delimiters=Delimiters(component=":", repetition="^")),
]
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def _whole(document: AnyDocument, envelope: Envelope) -> list[list[str]]:
    return [["ST", envelope.set_id, "0001"], *write_document(document, envelope, None), ["SE", "0", "0001"]]


@pytest.mark.parametrize("envelope", ENVELOPES, ids=lambda e: e.release)
@pytest.mark.parametrize("set_id", list(SETS))
def test_what_is_written_is_read_back(set_id: str, envelope: Envelope) -> None:
    of_set = replace(envelope, set_id=set_id)

    @QUICK
    @given(documents_of(set_id))
    def holds(document: AnyDocument) -> None:
        read, findings = read_document(_whole(document, of_set), SETS[set_id], of_set, None)
        assert read == document
        assert {f.problem for f in findings} <= {problems.TOTAL_MISMATCH}  # TDS01 is drawn at random

    holds()


_NAMES = "ST SE BEG BAK BSN BIG CUR REF DTM N1 N3 N4 PER PO1 IT1 PID SAC SCH SDQ ACK HL LIN SN1 MAN TDS CTT TD1 MSG"
_ELEMENTS = st.sampled_from(
    ["", " ", "1", "-", "S", "O", "P", "I", "ST", "1E9", "²", "20240230", "x" * 90, "LT"]
) | st.text(max_size=6)
_SEGMENTS = st.builds(
    lambda name, elements: [name, *elements],
    st.sampled_from(_NAMES.split()) | st.text(max_size=4),
    st.lists(_ELEMENTS, max_size=12),
)


@pytest.mark.parametrize("set_id", list(SETS))
def test_no_segments_make_the_reader_raise(set_id: str) -> None:
    of_set = replace(ENVELOPES[0], set_id=set_id)

    @QUICK
    @given(st.lists(_SEGMENTS | st.just([]), max_size=25))
    def holds(segments: list[list[str]]) -> None:
        document, findings = read_document(segments, SETS[set_id], of_set, None)
        assert document is not None or any(f.fatal for f in findings)

    holds()
