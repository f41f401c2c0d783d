"""The 824, both ways: what we write is valid and says what was meant, what partners write is understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model import problems as p
from hub.model.acks import DocumentVerdict
from hub.model.documents import DocType
from hub.model.envelope import Address
from hub.model.finding import Finding, Severity, Where
from hub.model.partner import Partner
from tests.support.wire import find, segment, split
from tests.support.x12_samples import envelope
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.acks.advice import read_application_advice
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set

ACME = Partner(key="acme", name="ACME Retail Inc.")
ORDER = DocumentVerdict(
    document=DocType.PURCHASE_ORDER,
    number="4711",
    order_number="4711",
    envelope=envelope("850"),
    reason="not in our range",
    our_name="Our Company",
)


def written(advice: DocumentVerdict, release: str = "004010", **changes: object) -> bytes:
    ours = envelope("824", release, interchange_control="000000042", **changes)
    return X12Acknowledger().write_application_advice(advice, ours, ACME)


def test_it_names_the_document_and_who_talks_to_whom() -> None:
    data = written(ORDER)
    rows = split(data)
    begin = next(at for at, row in enumerate(rows) if row[0] == "BGN")
    assert ["*".join(row) for row in rows[begin:-3]] == [
        "BGN*11*000000042*20250110*1200",
        "N1*FR*Our Company*ZZ*ACME",
        "N1*TO*ACME Retail Inc.*ZZ*OURCO",
        "OTI*TR*PO*4711*ACME*OURCO*20250110*1200*101*0001*850*004010",
        "TED*024*not in our range",
    ]
    assert segment(data, "GS")[1] == "AG"


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (DocType.PURCHASE_ORDER, "PO"),
        (DocType.INVOICE, "IV"),
        (DocType.SHIP_NOTICE, "SI"),
        (DocType.ORDER_ACKNOWLEDGMENT, "TN"),
    ],
)
def test_the_number_says_what_it_numbers(document: DocType, kind: str) -> None:
    data = written(replace(ORDER, document=document, number="N-1"))
    assert segment(data, "OTI")[2:4] == [kind, "N-1"]
    assert segment(data, "REF")[1:] == ["PO", "4711"]
    nameless = written(replace(ORDER, document=document, number="", order_number=""))
    assert segment(nameless, "OTI")[2:4] == ["TN", "NA"]


def test_dates_before_004010_have_six_digits_and_a_duns_number_is_called_so() -> None:
    data = written(ORDER, "003040", sender=Address("01", "123456789"))
    assert segment(data, "BGN")[3] == "250110"
    assert segment(data, "OTI")[6] == "250110"
    assert find(data, "N1")[0][3:] == ["1", "123456789"]


def test_what_does_not_fit_its_element_is_left_out() -> None:
    odd = envelope("850", group_sender="A", group_control="X1", set_control="1", release="004010RETAIL00")
    oti = segment(written(replace(ORDER, envelope=odd)), "OTI")
    assert oti[4:] == ["", "OURCO", "20250110", "1200", "", "", "850"]


def test_what_is_theirs_to_mend_is_told_and_what_is_ours_is_not() -> None:
    place = Where(segment_number=9, segment="PO1", element=7, element_ref="234", path="lines[0].ids")
    found = (
        Finding(p.ERP_REFUSED, "Odoo: user hub may not write sale.order", Severity.HOLD),
        Finding(p.CODE_UNKNOWN, "AR-1 is in none of acme/items.csv", Severity.HOLD, place, "AR-1"),
        Finding(p.TOTAL_MISMATCH, "", Severity.HOLD, Where(path="total")),
    )
    data = written(replace(ORDER, reason="", findings=found))
    assert ["*".join(row) for row in find(data, "TED")] == [
        "TED*010*the total does not agree with the lines (total)",
        "TED*011*a code that we do not know (lines[0].ids)*PO1*9*7*234*AR-1",
    ]
    silent = written(replace(ORDER, reason=" ", findings=found[:1]))
    assert segment(silent, "TED")[1:] == ["024", "call us for the reason"]
    assert b"Odoo" not in data + silent


_texts = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FF), max_size=400)


@given(
    reason=_texts,
    number=st.text("aZ9*~>^- .", max_size=50),
    found=st.lists(
        st.builds(
            Finding,
            problem=st.sampled_from([p.CODE_UNKNOWN, p.PRICE_DIFFERS, p.ERP_REFUSED, p.FIELD_INVALID]),
            message=st.just(""),
            where=st.builds(
                Where, segment=st.sampled_from(["", "PO1"]), segment_number=st.none() | st.integers(1, 99)
            ),
            value=_texts,
        ),
        max_size=4,
    ),
    release=st.sampled_from(["004010", "005010"]),
)
def test_whatever_it_says_it_is_valid(reason: str, number: str, found: list[Finding], release: str) -> None:
    advice = replace(ORDER, reason=reason, number=number.strip(), findings=tuple(found))
    (interchange,) = unwrap(written(advice, release), "").interchanges
    (one,) = interchange.groups[0].sets
    assert (interchange.findings, interchange.groups[0].findings, one.findings) == ((), (), ())
    assert [f.line() for f in check_set(one.payload, one.envelope) if f.fatal] == []
    (read,), faults = read_application_advice(one.payload, one.envelope)
    assert (read.verdict, read.group_control, read.set_control, faults) == ("R", "101", "0001", ())
    assert read.findings


def test_the_same_advice_gives_the_same_bytes_in_whatever_order_it_was_found() -> None:
    found = tuple(
        Finding(p.CODE_UNKNOWN, "", Severity.HOLD, Where(path=f"lines[{n}]"), str(n)) for n in range(4)
    )
    assert written(replace(ORDER, findings=found)) == written(replace(ORDER, findings=found[::-1]))


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("TA", "A"), ("TC", "E"), ("TE", "E"), ("TP", "P"), ("TR", "R"), ("IA", "A"), ("IR", "R"), ("GR", "R"),
        ("", "R"), ("T", "R"), ("XX", "R"),
    ],
)  # fmt: skip
def test_verdicts(code: str, verdict: str) -> None:
    payload = f"ST*824*0001~BGN*11*A*20250110~OTI*{code}*IV*INV1~SE*4*0001~".encode()
    (advice,), faults = read_application_advice(payload, envelope("824"))
    assert (advice.verdict, advice.number_kind, advice.number) == (verdict, "IV", "INV1")
    known = code[1:] in set("ACEPR") and bool(code)
    assert [f.problem for f in faults] == ([] if known else [p.ACK_UNCLEAR])


def test_several_documents_in_one_advice_each_with_its_own_texts() -> None:
    payload = (
        b"ST*824*0001~BGN*11*A*20250110~N1*FR*X~"
        b"OTI*TR*IV*INV1~REF*PO*1~TED*024*FIRST~NTE*ADD*AND MORE~TED*007**IT1*4*2*358*X>Y~"
        b"OTI*TE*IV*INV2~TED*012*NOTED~SE*10*0001~"
    )
    (first, second), faults = read_application_advice(payload, envelope("824"))
    assert faults == ()
    assert [f.message for f in first.findings] == [
        "other unlisted reason: FIRST AND MORE (TED01 024)",
        "missing data 'X>Y' (TED01 007)",
    ]
    pointed = first.findings[1].where
    assert (pointed.segment, pointed.segment_number, pointed.element, pointed.element_ref) == (
        "IT1",
        4,
        2,
        "358",
    )
    assert [f.severity for f in first.findings] == [Severity.ERROR, Severity.ERROR]
    assert [f.severity for f in second.findings] == [Severity.WARNING]
