"""Which set carries which document: what is read goes by ST01, what is written by its kind or by what was agreed."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from hub.model.documents import DocType
from hub.model.partner import Partner, Receive, Send
from hub.stages.addresses import Company, outgoing_envelope
from tests.support.x12_samples import envelope
from translators.x12.agreement import guideline_of
from translators.x12.mapping import SETS
from translators.x12.sets import MOST_NUMBER, doctype, peek_number, set_of, sets_of, sets_written

ORDER, WAREHOUSE = DocType.PURCHASE_ORDER, DocType.WAREHOUSE_ORDER


@pytest.mark.parametrize(
    ("document", "kind", "agreed", "written"),
    [
        (ORDER, "standalone", "", "850"),
        (ORDER, "standalone", "875", "875"),
        (WAREHOUSE, "ship", "", "940"),
        (WAREHOUSE, "receive", "", "943"),
        (WAREHOUSE, "receive", "940", "943"),  # a 940 could not say it
        (WAREHOUSE, "", "", "940"),
        (DocType.RECEIPT, "", "", ""),
    ],
)
def test_a_document_is_written_by_its_kind_or_as_agreed(
    document: DocType, kind: str, agreed: str, written: str
) -> None:
    assert set_of(document, kind, agreed) == written


def test_what_may_come_and_what_goes() -> None:
    assert sets_of(ORDER) == ("850", "875")
    assert sets_written(ORDER) == ("850",)
    assert sets_written(WAREHOUSE, "940") == ("940", "943")
    assert doctype("944") is DocType.WAREHOUSE_ADVICE
    assert doctype("110") is DocType.UNKNOWN


@pytest.mark.parametrize(
    ("payload", "number"),
    [
        ("ST*850*0001~BEG*00*SA*4711**20250110~SE*3*0001~", "4711"),
        (f"ST*850*0001~BEG*00*SA*4711*{'9' * 600}~SE*3*0001~", "4711"),
        (f"ST*850*0001~BEG*00*SA*{'9' * 600}~SE*3*0001~", "9" * MOST_NUMBER),
        (f"ST*850*0001~BEG*00*SA*4711**20250110~MSG*{'é ' * 300}~", "4711"),
        ("ST*850*0001~CUR*BY*USD~BEG*00*SA*4711~", ""),
        ("ST*850*0001~BEG*00", ""),
        ("", ""),
    ],
    ids=["short", "long segment", "long number", "long set", "elsewhere", "cut off", "empty"],
)
def test_the_number_of_a_set_is_found_without_reading_all_of_it(payload: str, number: str) -> None:
    assert peek_number(payload.encode(), envelope("850")) == number


def test_the_envelope_says_what_is_in_it() -> None:
    partner = Partner(key="acme", name="Acme", send={ORDER: Send(set="875"), WAREHOUSE: Send()})
    company = Company(name="We", isa="ZZ:WE")
    order = outgoing_envelope(partner, company, ORDER)
    expected = outgoing_envelope(partner, company, WAREHOUSE, "receive")
    assert (order.set_id, order.functional_id) == ("875", "OG")
    assert (expected.set_id, expected.functional_id) == ("943", "AR")


@pytest.mark.parametrize("set_id", list(SETS))
def test_a_map_is_of_the_document_that_its_set_carries(set_id: str) -> None:
    text = resources.files("translators.x12").joinpath("maps", f"{set_id}.toml").read_text("utf-8")
    named = tomllib.loads(text)
    assert (named["set"], named["document"]) == (set_id, SETS[set_id])


@pytest.mark.parametrize(("set_id", "missing"), [("943", "W03"), ("940", "W76")])
def test_what_must_be_there_is_asked_of_the_sets_that_have_it(set_id: str, missing: str) -> None:
    agreement = Receive(must={"W0502": "", "W0301": "", "W7601": "", "ZZ901": ""})
    found = guideline_of(agreement, set_id)
    assert found is not None
    wanted = {count.spot.segment for count in found.counts}
    assert missing in wanted
    assert "ZZ9" in wanted, "what no set has is a fault of the profile"
    assert ("W05" in wanted) == (set_id == "940")
