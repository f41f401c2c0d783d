"""commit: the sets of a file, however many, become exchanges in their order, each with its own bytes and findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub import commit
from hub.model.documents import DocType
from hub.model.exchange import Direction, State
from hub.model.finding import Finding
from hub.model.outcome import NewExchange
from tests.support.store import MovableClock, sqlite_store, x12_envelope


@pytest.mark.parametrize("many", [0, 1, 3, 4, 10])
def test_each_set_keeps_its_place_and_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(commit, "_ROWS_AT_ONCE", 3)
    news = [
        NewExchange(
            partner="acme",
            direction=Direction.IN,
            document=DocType.PURCHASE_ORDER,
            state=State.UNWRAPPED,
            envelope=x12_envelope(),
            lane="acme:in",
            position=position,
            payload=b"set %d" % position,
            findings=(Finding("x.y", f"in set {position}"),) if position % 2 else (),
        )
        for position in range(1, many + 1)
    ]
    with sqlite_store(tmp_path, MovableClock()) as store, store.begin() as tx:
        sent = tx.add_transmission(partner="acme", channel="folder", name="x", sha256="ab" * 32, size=1)
        commit.add_exchanges(tx, news, sent.id, None)
        added = tx.exchanges_of_transmission(sent.id)
        assert [e.position for e in added] == list(range(1, many + 1))
        assert [e.id for e in added] == sorted(e.id for e in added)
        for exchange, new in zip(added, news, strict=True):
            assert tx.artifact(exchange.id, "payload") == new.payload
            assert tuple(tx.findings(exchange_id=exchange.id)) == new.findings
