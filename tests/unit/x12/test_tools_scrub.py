"""Samples without private data: nothing private is left, the shape stays, and a check finds the same."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.x12_files import ORDER, checked, interchange, order, source
from translators.x12.tools import example_segment
from translators.x12.tools.disguise import Disguise, check_digit
from translators.x12.tools.reading import BY_THE_FILE
from translators.x12.tools.scrub import scrub

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "x12"
LONGEST = 40_000  # bytes of a corpus file that is tried


def sample(data: bytes, key: bytes = b"key", *, numbers: bool = False) -> bytes:
    return b"".join(scrub(source(data), BY_THE_FILE, key, numbers=numbers))


def shape(text: str) -> str:
    return re.sub("[A-Z]", "A", re.sub("[a-z]", "a", re.sub("[0-9]", "0", text)))


def marks(data: bytes) -> list[tuple[object, ...]]:
    """Return what a check finds, without values and messages."""
    return [
        (p.set, p.finding.problem, p.finding.severity, w.segment_number, w.segment, w.element, w.component)
        for p in checked(data)
        for w in [p.finding.where]
    ]


def segments(data: bytes) -> list[list[str]]:
    return [line.split("*") for line in data.decode().replace("\n", "").split("~")]


def test_nothing_private_is_left() -> None:
    text = sample(interchange(order()), numbers=True).decode()
    private = ["LOGIN1", "SECRET9", "ACME", "OURCO", "4711", "STORE", "MAIN", "SPRINGFIELD", "62701"]
    private += ["012345678905", "SKU1", "WIDGET", "10.50", "20250110", "000000101"]
    assert [word for word in private if word in text] == []


def test_structure_codes_and_shapes_stay() -> None:
    data = interchange(order())
    before, after = segments(data), segments(sample(data, numbers=True))
    assert [s[0] for s in after] == [s[0] for s in before]
    assert [len(s) for s in after] == [len(s) for s in before]
    body = slice(2, -5)  # totals may get longer
    for old, new in zip(before[body], after[body], strict=True):
        assert [shape(v) for v in new] == [shape(v) for v in old]
    kept = {"BEG": (1, 2), "REF": (1,), "N1": (1, 3), "N4": (2, 4), "PO1": (1, 3, 6, 8), "PID": (1,)}
    for old, new in zip(before, after, strict=True):
        assert all(old[at] == new[at] for at in kept.get(old[0], ()) if at < len(old))


def test_the_same_value_becomes_the_same_everywhere_and_numbers_still_refer_to_each_other() -> None:
    after = {
        s[0]: s for s in segments(sample(interchange(order(ORDER.replace("REF*DP*042", "REF*PO*4711")))))
    }
    assert after["REF"][2] == after["BEG"][3] != "4711"
    assert after["GS"][2] == after["ISA"][6].strip()
    assert after["ISA"][13] == after["IEA"][2]
    assert after["GS"][6] == after["GE"][2]
    assert after["ST"][2] == after["SE"][2]


def test_dates_move_together_by_whole_weeks() -> None:
    before, after = (
        {s[0]: s for s in segments(data)} for data in (interchange(order()), sample(interchange(order())))
    )
    moved = {
        dt.date.fromisoformat(before[tag][at]) - dt.date.fromisoformat(after[tag][at])
        for tag, at in (("BEG", 5), ("DTM", 2), ("GS", 4))
    }
    assert len(moved) == 1
    assert moved.pop().days % 7 == 0


def test_totals_that_were_right_are_right_again() -> None:
    after = segments(sample(interchange(order()), numbers=True))
    lines = [s for s in after if s[0] == "PO1"]
    by_id = {s[0]: s for s in after}
    assert float(by_id["CTT"][2]) == sum(float(s[2]) for s in lines)
    assert round(float(by_id["AMT"][2]), 2) == round(sum(float(s[2]) * float(s[4]) for s in lines), 2)


def test_a_total_that_was_wrong_is_wrong_again() -> None:
    wrong = interchange(order(ORDER.replace("CTT*2*18", "CTT*2*19")))
    assert [m[1] for m in marks(wrong)] == ["total.mismatch"]
    assert marks(sample(wrong, numbers=True)) == marks(sample(wrong)) == marks(wrong)


def test_quantities_and_prices_stay_unless_they_are_to_go_too() -> None:
    before, plain, other = (
        [s[2:5] for s in segments(data) if s[0] in {"PO1", "CTT", "AMT"}]
        for data in (
            interchange(order()),
            sample(interchange(order())),
            sample(interchange(order()), numbers=True),
        )
    )
    assert plain == before
    assert all(a != b for a, b in zip(other, before, strict=True))


@pytest.mark.parametrize(("amount", "with_charges"), [("144", False), ("149", True)])
def test_an_amount_with_or_without_charges_is_so_again(amount: str, with_charges: bool) -> None:
    text = ORDER.replace("CTT*2*18", "SAC*C*D240***500\nCTT*2*18").replace("AMT*TT*144", f"AMT*TT*{amount}")
    after = segments(sample(interchange(order(text)), numbers=True))
    by_id = {s[0]: s for s in after}
    goods = sum(float(s[2]) * float(s[4]) for s in after if s[0] == "PO1")
    charge = float(by_id["SAC"][5]) / 100 if with_charges else 0
    assert round(float(by_id["AMT"][2]), 2) == round(goods + charge, 2)


def test_codes_that_are_texts_of_x12_stay() -> None:
    text = ORDER.replace("N1*ST", "TD1*CTN25*3****G*40*LB\nN1*ST").replace("PID*", "PO4*1*12*EA*PLT94\nPID*")
    after = [s[:2] for s in segments(sample(interchange(order(text)), numbers=True))]
    assert ["TD1", "CTN25"] in after
    assert "PLT94" in next(s for s in segments(sample(interchange(order(text)))) if s[0] == "PO4")


def test_another_key_gives_another_sample_and_the_same_key_the_same() -> None:
    data = interchange(order())
    assert sample(data, b"a") == sample(data, b"a") != sample(data, b"b")


@settings(max_examples=150)
@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=60))
def test_a_disguise_keeps_the_shape(text: str) -> None:
    assert shape(Disguise(b"key").text(text)) == shape(text)


def test_the_ids_of_examples_have_right_check_digits() -> None:
    found = tomllib.loads(
        (Path(example_segment.__file__).with_name("example_values.toml")).read_text("utf-8")
    )
    by_qualifier = found["by_qualifier"]
    numbers = [n for at in ("234", "87") for values in by_qualifier[at].values() for n in values]
    numbers = [n for n in numbers if n.isdecimal()]
    assert len(numbers) > 5
    assert [n for n in numbers if int(n[-1]) != check_digit(n[:-1])] == []


@settings(max_examples=8)
@given(st.text(alphabet="A0", min_size=2, max_size=3), st.binary(min_size=1, max_size=4))
def test_a_disguise_never_puts_two_values_together(kinds: str, key: bytes) -> None:
    disguise = Disguise(key)
    tails = [f"{n:03d}" for n in range(1000)]
    made = {disguise.text(kinds + tail) for tail in tails}
    assert len(made) == len(tails)


@pytest.mark.parametrize(
    "number", ["012345678905", "4006381333931", "10012345678902", "00000123450000000010"]
)
def test_check_digits_stay_right_or_wrong(number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 3) % 10)
    for key in (b"a", b"b", b"c"):
        made, bad = Disguise(key).text(number), Disguise(key).text(wrong)
        assert made != number
        assert int(made[-1]) == check_digit(made[:-1])
        assert int(bad[-1]) != check_digit(bad[:-1])


@pytest.mark.parametrize("date", ["20240229", "250110", "20250230", "00010101", "9912", ""])
def test_a_date_stays_a_date_and_anything_else_as_it_is(date: str) -> None:
    made = Disguise(b"key").date(date)
    assert len(made) == len(date)
    if date in {"20250230", "9912", "", "00010101"}:
        assert made == date
    else:
        assert made != date


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 600))
def test_no_bytes_raise_and_none_are_lost(noise: bytes, at: int) -> None:
    data = interchange(order())
    at = min(at, len(data))
    broken = data[:at] + noise + data[at:]
    made = sample(broken)
    assert made.count(b"\n") >= data.count(b"\n") or in_utf16(broken)


def in_utf16(data: bytes) -> bool:
    """Say whether noise in front makes a file look like UTF-16, in which line ends have two bytes."""
    return b"\0" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not on this machine")
def test_a_check_finds_the_same_in_a_sample_of_every_real_file() -> None:
    files = [p for p in sorted(CORPUS.rglob("*")) if p.is_file() and p.stat().st_size < LONGEST]
    tried = [p for p in files if b"ISA" in p.read_bytes()[:3000]]
    assert len(tried) > 100
    for file in tried:
        data = file.read_bytes()
        assert marks(sample(data)) == marks(data), file.name
