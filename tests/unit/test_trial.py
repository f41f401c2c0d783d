"""A trial says what would become of a file, and does not promise what posting would hold."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from msgspec import structs

from hub.model.exchange import State
from hub.settings import Settings
from hub.trial import TriedDocument
from hub.wiring import Trials

ADVICE = """ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1200*U*00401*000000007*0*P*>~
GS*AG*ACME*OURCO*20250110*1200*7*X*004010~
ST*824*0001~
BGN*00*ADV1*20250110~
OTI*TR*IV*4711~
SE*4*0001~
GE*1*7~
IEA*1*000000007~
"""


@pytest.mark.parametrize(
    ("old", "new", "state", "verdict"),
    [
        ("", "", State.MATCHED, "AK5*A~"),
        ("*20250110~\nOTI", "*250110~\nOTI", State.REJECTED, "AK5*R*5~"),  # six digits where eight belong
    ],
)
def test_an_advice_is_checked_before_it_is_matched(
    tmp_path: Path, old: str, new: str, state: State, verdict: str
) -> None:
    settings = Settings()
    empty = structs.replace(settings, paths=structs.replace(settings.paths, partners=str(tmp_path)))
    trial = Trials(empty).run(ADVICE.replace(old, new).encode(), "advice.edi", None, any_sender=True)
    assert [document.state for document in trial.documents] == [state]
    ((_, answer),) = [one for one in trial.answers if one[0] == "997"]
    assert verdict in answer


PROFILE = """
name = "Acme"
status = "live"
format = "csv"

[csv]
date_format = "%Y-%m-%d"

[receive.purchase_order]
match = "orders*"
crosswalk.unit = "units.csv"
crosswalk.item = "items.csv"
rules.lead_days = 5
rules.minimum = { "*" = 2 }

[receive.invoice]
match = "bills*"

[records.hours]
match = "hours*"
model = "account.analytic.line"
system_of_record = "partner"
key = ["Day"]
fields.date = { column = "Day", type = "date" }
fields.unit_amount = { column = "Hours", type = "decimal", required = true }
"""
TITLES = "PO Number,Item,Quantity,Unit,Price,Delivery Date\n"
TODAY = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def trials(tmp_path: Path) -> Trials:
    (tmp_path / "acme.toml").write_text(PROFILE)
    (tmp_path / "items.csv").write_text("theirs,ours\nHUB-1,HUB-1001\n")
    (tmp_path / "units.csv").write_text("theirs,ours,factor\nEA,Units,1\n")
    settings = Settings()
    folder = structs.replace(settings.paths, partners=str(tmp_path))
    return Trials(structs.replace(settings, paths=folder), lambda: TODAY)


def tried(trials: Trials, rows: str, name: str = "orders.csv") -> list[TriedDocument]:
    return list(trials.run(rows.encode(), name, "acme").documents)


def test_what_odoo_alone_can_say_is_said_as_such(trials: Trials) -> None:
    (document,) = tried(trials, TITLES + "P1,HUB-1,5,EA,1.00,2026-06-01\n")
    assert document.state is State.TRANSLATED
    assert document.posting.startswith("a draft sale.order with client_order_ref P1")
    assert "do the prices agree" in document.asked


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("P1,HUB-1,5,EA,1.00,2026-05-03", "with 5 days of notice"),
        ("P1,HUB-1,1,EA,1.00,2026-06-01", "we sell 2 or more"),
        ("P1,HUB-1,5,XX,1.00,2026-06-01", '"XX"'),
    ],
)
def test_what_would_surely_be_held_is_not_called_posted(trials: Trials, row: str, why: str) -> None:
    (document,) = tried(trials, f"{TITLES}{row}\n")
    assert (document.state, document.posting, document.asked) == (State.HELD, "", "")
    assert why in document.why


def test_a_number_that_stands_twice_in_a_file_looks_like_a_change() -> None:
    settings = Settings()
    sample = (Path("partners") / "acme" / "samples" / "850_two_orders.edi").read_text()
    twice = sample.replace("4500112234", "4500112233")
    ours = Trials(settings, lambda: dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    first, second = ours.run(twice.encode(), "orders.edi", "acme").documents
    assert first.state is State.TRANSLATED
    assert (second.state, "came before as exchange 1" in second.why) == (State.HELD, True)


def test_an_invoice_that_does_not_add_up_would_be_held(trials: Trials) -> None:
    bill = "Invoice Number,PO Number,Item,Quantity,Unit,Price,Total\nI1,P1,HUB-1,2,EA,5.00,{}\n"
    (right,) = tried(trials, bill.format("10.00"), "bills.csv")
    assert (right.state, "is the invoice new?" in right.asked) == (State.TRANSLATED, True)
    (wrong,) = tried(trials, bill.format("11.00"), "bills.csv")
    assert (wrong.state, "come to 10.00, the invoice's total is 11.00" in wrong.why) == (State.HELD, True)


def test_a_receipt_has_the_number_of_what_it_answers(trials: Trials) -> None:
    ((_, receipt),) = trials.run((TITLES + "P1,HUB-1,5,EA,1.00,\n").encode(), "orders.csv", "acme").answers
    assert "purchase_order,P1,accepted" in receipt


def test_the_receipt_of_records_says_that_it_comes_when_they_are_written(trials: Trials) -> None:
    told = trials.run(b"Day,Hours\n2026-04-30,8\n2026-04-31,7\n2026-04-29,\n", "hours.csv", "acme")
    ((_, receipt),) = told.answers
    rows = list(csv.reader(receipt.splitlines()))[1:]
    assert [(row[2], row[3]) for row in rows] == [("accepted", ""), ("rejected", "3"), ("rejected", "4")]
    assert "once it is written" in rows[0][6]
