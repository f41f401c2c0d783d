"""Line numbers in external ids: whatever a partner numbers a line with can be read back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.erp.odoo.line_keys import line_ids, line_number
from hub.model.documents import DocType
from hub.model.exchange import posting_key

KEY = posting_key("acme_l1", DocType.PURCHASE_ORDER, "PO_l2")


@given(st.lists(st.text(min_size=1, max_size=20).filter(lambda s: s.isprintable()), max_size=8))
def test_numbers_come_back_and_ids_are_distinct_and_legal(numbers: list[str]) -> None:
    ids = line_ids(KEY, numbers)
    assert [line_number(i) for i in ids] == numbers
    assert len(set(ids)) == len(ids)
    for line_id in ids:
        module, _, name = line_id.partition(".")
        assert module == "edi_hub"
        assert re.fullmatch(r"[A-Za-z0-9_-]+", name), "no blank and no dot may stand in an external id"


def test_readable_numbers_stay_readable() -> None:
    assert line_ids("k", ["001", "2", "2", "1.5"]) == [
        "edi_hub.k_l001",
        "edi_hub.k_l2",
        "edi_hub.k_l2-2",
        "edi_hub.k_l1_2e5",
    ]


@pytest.mark.parametrize("other", ["", "__export__.sale_order_line_5_0a1b", "base.main_company", "edi_hub.k"])
def test_lines_that_are_not_ours_have_no_number(other: str) -> None:
    assert line_number(other) == ""
