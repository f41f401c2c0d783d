"""The part of a long document that fits on a screen, and stories of documents that are far too long."""

from __future__ import annotations

import io
import time
import tracemalloc
from pathlib import Path

import httpx
from hypothesis import given
from hypothesis import strategies as st

from hub.excerpt import MOST_LINE_BYTES, MOST_LINES, excerpt
from hub.model.envelope import Delimiters
from hub.model.exchange import State
from hub.model.finding import Finding, Where
from hub.story import tell
from tests.support.web import add_order, ops_pages
from translators.x12.tokens import segments


@given(st.lists(st.text("AB* \n", max_size=4), max_size=12), st.booleans())
def test_lines_count_as_the_x12_reader_counts_them(parts: list[str], closed: bool) -> None:
    text = "ST~" + "~".join(parts) + ("~" if closed else "")
    found = excerpt(io.BytesIO(text.encode()), b"~")
    assert found.total == len(segments(text, Delimiters(segment="~")))


def test_the_beginning_and_wanted_places_are_kept() -> None:
    data = b"".join(b"line %d\n" % n for n in range(1, 50_001))
    found = excerpt(io.BytesIO(data), b"\n", {3, 40_000, 60_000})
    assert found.total == 50_000
    assert [n for n, _ in found.lines] == [*range(1, MOST_LINES + 1), 40_000]
    assert found.lines[-1] == (40_000, b"line 40000")
    assert found.left_out == 50_000 - MOST_LINES - 1


def test_so_many_places_are_bounded() -> None:
    found = excerpt(io.BytesIO(b"x\n" * 5_000), b"\n", range(1, 5_000))
    assert len(found.lines) == 2 * MOST_LINES


def test_blank_lines_do_not_count_where_line_ends_end_segments() -> None:
    found = excerpt(io.BytesIO(b"ST\r\r\nBEG\r\n\r"), b"\r", blanks=False)
    assert [n for n, _ in found.lines] == [1, 2]


def test_a_line_without_an_end_is_cut() -> None:
    found = excerpt(io.BytesIO(b"x" * 5_000_000), b"~")
    assert found.total == 1
    assert found.lines[0][1] == b"x" * MOST_LINE_BYTES + b" ..."


def test_a_long_order_has_a_short_page(tmp_path: Path) -> None:
    """14 MB stand for any length: memory does not grow with it, and time only as reading does."""
    size = 400_000
    segment = b"PO1*1*24*EA*9.99**BP*AR-10001*LONG~"
    with ops_pages(tmp_path) as (pages, server):
        far = Finding("x", "far away", where=Where(segment_number=size - 5, segment="PO1", element=7))
        with pages.store.begin() as tx:
            held = add_order(tx, "HUGE", State.HELD, findings=(far,))
            tx.put_artifact(held.id, "payload", segment * size)
            tx.put_artifact(held.id, "canonical", b'{"lines": [' + b"1, " * size + b"1]}")
        tracemalloc.start()
        began = time.monotonic()
        told = tell(pages.store, pages.formats, held.id, 100_000)
        took, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        page = httpx.get(f"{server.url}/exchange/{held.id}", timeout=30).text
    assert told.left_out == size - MOST_LINES - 1
    assert took < 10
    assert peak < 10_000_000
    assert len(page) < 400_000
    assert "<mark>AR-10001</mark>" in page
    assert "left out" in page
