"""A finding as one line: what, where, and no name twice."""

from __future__ import annotations

import pytest

from hub.model.finding import Finding, Where

PO102 = Where(segment_number=5, segment="PO1", element=2)


@pytest.mark.parametrize(
    ("where", "message", "line"),
    [
        (PO102, "PO102 (Quantity ordered) is missing", "segment 5: PO102 (Quantity ordered) is missing"),
        (PO102, "PO102: no number", "segment 5: PO102: no number"),
        (PO102, "is no number", "segment 5 PO102: is no number"),
        (PO102, "PO1021 is another thing", "segment 5 PO102: PO1021 is another thing"),
        (Where(segment="ISA", element=13), "ISA13 is used twice", "ISA13 is used twice"),
        (Where(segment_number=4, segment="REF", element=4, component=2), "REF04-2 is 9", "segment 4: REF04-2 is 9"),
        (Where(segment_number=4, segment="REF", element=4), "REF04-2 is long", "segment 4 REF04: REF04-2 is long"),
        (Where(row=7, column="qty"), "'x' is no number", "row 7 column 'qty': 'x' is no number"),
        (Where(), "nothing was found", "nothing was found"),
        (Where(file="a.edi", segment="GS", element=8), "GS08 names no release", "a.edi: GS08 names no release"),
    ],
)  # fmt: skip
def test_the_line_names_the_place_once(where: Where, message: str, line: str) -> None:
    assert Finding("some.problem", message, where=where).line() == line


def test_another_file_name_may_stand_before_it() -> None:
    assert (
        Finding("some.problem", "is bad", where=PO102).line("orders.edi")
        == "orders.edi: segment 5 PO102: is bad"
    )
