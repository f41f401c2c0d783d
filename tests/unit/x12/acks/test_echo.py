"""What an acknowledgment repeats of bad headers: it is valid itself, and names nothing that was never sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model import problems as p
from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.finding import Finding
from hub.model.partner import Partner, X12Settings
from tests.support.wire import find
from tests.support.x12_samples import envelope
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.acks.codes import Kind
from translators.x12.acks.verdicts import group_acknowledgment
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set

ISA = "ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1200*^*00501*000000007*0*P*>~"


def answered(text: str, kind: Kind = "997", release: str = "004010") -> list[str]:
    """Return AK1 through AK9 on the group between ISA and IEA; `{r}` in the text is the release."""
    data = (ISA + text.replace("{r}", release) + "IEA*1*000000007~").encode()
    group = unwrap(data, "x.edi").interchanges[0].groups[0]
    verdict = GroupVerdict(
        envelope=group.envelope,
        declared_count=group.declared_count,
        findings=group.findings,
        sets=tuple(SetVerdict(envelope=s.envelope, findings=s.findings) for s in group.sets),
    )
    return ["*".join(row) for row in group_acknowledgment(verdict, "all", kind)]


def with_st(*headers: str, gs01: str = "PO") -> str:
    """Return a group of sets with these ST."""
    sets = "".join(f"{st}~BEG*00*SA*1**20250110~SE*3*{[*st.split('*'), '', ''][2]}~" for st in headers)
    return f"GS*{gs01}*A*B*20250110*1200*5*X*{{r}}~{sets}GE*{len(headers)}*5~"


@pytest.mark.parametrize(
    "st",
    [
        "ST*850", "ST*850*", "ST**0002", "ST*ÄÖÜ*0002", "ST*85*0002", "ST*999999*0002", "ST*8>0*0002",
        "ST*850*0123456789", "ST*850*ÄÖÜÄ", "ST*850*00>2", "ST*850*00^2",
    ],
)  # fmt: skip
def test_a_set_that_cannot_be_named_is_only_counted(st: str) -> None:
    first, *rest, last = answered(with_st("ST*850*0001", st))
    assert first == "AK1*PO*5"
    assert rest == ["AK2*850*0001", "AK5*A"]
    assert (last[:4], last.split("*")[2:4]) == ("AK9*", ["2", "2"])


@pytest.mark.parametrize("st", ["ST*850", "ST**0002", "ST*85*0002", "ST*850*0123456789"])
def test_a_set_that_cannot_be_named_is_not_accepted(st: str) -> None:
    assert answered(with_st("ST*850*0001", st))[-1] == "AK9*P*2*2*1"
    assert answered(with_st(st)) == ["AK1*PO*5", "AK9*R*1*1*0"]


@pytest.mark.parametrize("control", ["1", "01", "001"])
def test_a_control_number_that_is_only_too_short_is_repeated(control: str) -> None:
    said = answered(with_st(f"ST*850*{control}"))
    assert said == ["AK1*PO*5", f"AK2*850*{control}", "AK5*R*7", "AK9*R*1*1*0"]


@pytest.mark.parametrize(
    ("gs01", "set_id", "ak101", "codes"),
    [
        ("PO", "850", "PO", ""),
        ("", "850", "PO", "*1"),
        ("P", "850", "PO", "*1"),
        ("POX", "856", "SH", "*1"),
        ("Ä>", "850", "PO", "*1"),
        ("QQ", "850", "QQ", "*1"),  # it can stand there, so it is repeated
        ("", "200", "ZZ", "*1"),  # nobody knows what it ought to be
        ("MG", "200", "MG", ""),
    ],
)
def test_ak101_is_gs01_or_what_it_ought_to_be(gs01: str, set_id: str, ak101: str, codes: str) -> None:
    said = answered(with_st(f"ST*{set_id}*0001", gs01=gs01))
    assert said[0] == f"AK1*{ak101}*5"
    assert said[-1] == (f"AK9*R*1*1*0{codes}" if codes else "AK9*A*1*1*1")


def test_a_group_without_name_and_sets_is_answered() -> None:
    assert answered(with_st(gs01="")) == ["AK1*ZZ*5", "AK9*R*0*0*0*1"]


@pytest.mark.parametrize(
    ("kind", "release", "st03", "ak2"),
    [
        ("999", "005010X222A1", "005010X222A1", "AK2*850*0001*005010X222A1"),
        ("999", "005010", "", "AK2*850*0001"),
        ("997", "005010", "005010X222A1", "AK2*850*0001*005010X222A1"),
        ("997", "004010", "005010X222A1", "AK2*850*0001"),  # AK203 came with 005010
        ("999", "005010", "BY AGREEMENT", "AK2*850*0001*BY AGREEMENT"),
        ("999", "005010", "X" * 36, "AK2*850*0001"),
        ("999", "005010", "ÄÖÜ", "AK2*850*0001"),
    ],
)
def test_st03_is_repeated_where_ak203_can_hold_it(kind: Kind, release: str, st03: str, ak2: str) -> None:
    assert ak2 in answered(with_st(f"ST*850*0001*{st03}"), kind, release)


_odd = st.text("aB1é*~>^|: \x07\ue000-", max_size=13) | st.sampled_from(["PO", "850", "0001", "005010X222A1"])


@given(
    gs=st.tuples(_odd, _odd, _odd),
    sets=st.lists(st.tuples(_odd, _odd, _odd), max_size=3),
    kind=st.sampled_from(["997", "999"]),
    release=st.sampled_from(["", "004010", "005010"]),
)
def test_what_we_write_is_valid_whatever_headers_it_answers_to(
    gs: tuple[str, str, str], sets: list[tuple[str, str, str]], kind: str, release: str
) -> None:
    headers = [replace(envelope("850"), set_id=a, set_control=b, set_guide=c) for a, b, c in sets]
    verdict = GroupVerdict(
        envelope=envelope("850", gs[2], functional_id=gs[0], group_control=gs[1]),
        sets=tuple(SetVerdict(envelope=h, findings=(Finding(p.ST_CONTROL, ""),)) for h in headers),
    )
    settings = X12Settings(functional_ack=kind, ack_release=release if kind == "997" else "")
    ours = envelope(kind, gs[2])
    data = X12Acknowledger().write_functional_ack(verdict, ours, Partner(key="a", name="A", x12=settings))
    (interchange,) = unwrap(data, "").interchanges
    (one,) = interchange.groups[0].sets
    assert (interchange.findings, interchange.groups[0].findings, one.findings) == ((), (), ())
    short = [f for f in check_set(one.payload, one.envelope) if f.problem == p.ELEMENT_SHORT]
    assert {f.where.name for f in short} <= {"AK202"}  # the one exception
    assert [f.line() for f in check_set(one.payload, one.envelope) if f not in short] == []
    sent = {(h.set_id, h.set_control) for h in headers}
    assert {(row[1], row[2]) for row in find(data, "AK2")} <= sent
