"""Checking a document: its number is known as soon as anything was found, as a 999 names the document."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.exchange import Direction, Exchange, State
from hub.model.finding import Finding, Severity
from hub.model.partner import Partner, Receive
from hub.stages.check import check
from tests.support.x12_samples import envelope, segments
from translators.x12.translator import X12Translator

NOW = dt.datetime(2025, 1, 10, tzinfo=dt.UTC)
NOTED = Finding(problems.SE_CONTROL, "", Severity.WARNING)


class Desk:
    """What checking asks of the hub: one payload, and what splitting found."""

    def __init__(self, payload: str, *found: Finding) -> None:
        self.bytes, self.found = payload.encode(), found

    def payload(self, _: Exchange) -> bytes:
        return self.bytes

    def partner(self, key: str) -> Partner:
        return Partner(key=key, name="ACME", receive={DocType.PURCHASE_ORDER: Receive()})

    def translator(self, _: str) -> X12Translator:
        return X12Translator()

    def findings(self, _: Exchange, stage: str) -> tuple[Finding, ...]:
        return self.found if stage == "unwrap" else ()


@pytest.mark.parametrize(
    ("old", "new", "found", "number", "state"),
    [
        ("", "", (), "", State.CHECKED),  # reading will tell
        ("", "", (NOTED,), "4711", State.CHECKED),
        ("CTT*2", "CTT*3", (), "4711", State.CHECKED),  # noted
        ("*12*EA*", "*1O*EA*", (), "4711", State.REJECTED),
    ],
)
def test_a_document_with_findings_has_its_number(
    old: str, new: str, found: tuple[Finding, ...], number: str, state: State
) -> None:
    payload = "".join(f"{line}~\n" for line in segments("850")).replace(old or new, new, 1)
    exchange = Exchange(
        id=1, partner="acme", direction=Direction.IN, document=DocType.PURCHASE_ORDER, state=State.UNWRAPPED,
        envelope=envelope("850"), created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    outcome = check(exchange, Desk(payload, *found))
    assert (outcome.state, outcome.changes["number"]) == (state, number)
