"""The conversions of others: of their inputs we read what they made of them (see `python -m benchmarks.pairs`)."""

from __future__ import annotations

import pytest

from tests.support.pairs import CORPUS, score

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not on this machine")


def test_what_others_made_of_a_file_is_what_we_read_of_it() -> None:
    compared = score().compared
    assert len(compared) >= 78
    said = {pair.document: 0 for pair in compared}
    equal = dict(said)
    for pair in compared:
        equal[pair.document] += pair.equal
        said[pair.document] += pair.equal + len(pair.differing)
    shares = {document: equal[document] / said[document] for document in said}
    assert shares["ship_notice"] == 1
    assert shares["invoice"] > 0.98  # what differs are subject codes that one side writes into its notes
    assert (
        shares["purchase_order"] > 0.95
    )  # what differs are roles of parties, and pairs that share a number only
