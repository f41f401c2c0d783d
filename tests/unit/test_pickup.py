"""The pure rules of pickup."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.errors import Undeliverable
from hub.transports.pickup import (
    HEAD_BYTES,
    TAIL_BYTES,
    Look,
    Rules,
    archive_names,
    has_settled,
    is_complete,
    is_wanted,
    look_again,
    name_fault,
    numbered,
    place,
    temporary_name,
)
from hub.transports.port import RemoteFile

ISA = (
    b"ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*OURCO          "
    b"*260113*0930*U*00401*000000007*0*P*>~"
)
BODY = b"GS*PO*A*B*20260113*0930*1*X*004010~ST*850*0001~SE*2*0001~GE*1*1~"
END = b"IEA*1*000000007~"


def complete(data: bytes) -> bool:
    return is_complete(data[:HEAD_BYTES], data[-TAIL_BYTES:])


@pytest.mark.parametrize(
    "data",
    [
        ISA + BODY + END,
        ISA + BODY + END + b"\r\n \x1a",
        ISA + BODY + END.rstrip(b"~"),
        b"\xef\xbb\xbf\r\n" + ISA + BODY + END,
        (ISA + BODY + END).replace(b"~", b"\n"),
        (ISA + BODY + END).replace(b"~", b"~\r\n"),
        ISA + BODY + END + ISA + BODY + END,
        b"ISABEL;1\n",
        b"",
        b"order;item\n",
        b"<Order/>",
    ],
)
def test_whole_files_are_complete(data: bytes) -> None:
    assert complete(data)


@pytest.mark.parametrize(
    "data",
    [
        b"ISA",
        ISA[:60],
        ISA,
        ISA + BODY,
        ISA + BODY + b"IEA",
        ISA + BODY + END + ISA + BODY,
        (ISA + BODY).replace(b"~", b"\n"),
        ISA + BODY + b"NTE*IEA*1~",
        ISA + BODY * 50,
    ],
)
def test_x12_without_its_end_is_not_complete(data: bytes) -> None:
    assert not complete(data)


@given(cut=st.integers(3, len(ISA + BODY)))
def test_no_true_beginning_of_an_interchange_is_complete(cut: int) -> None:
    assert not complete((ISA + BODY + END)[:cut])


@given(head=st.binary(max_size=200), tail=st.binary(max_size=300))
def test_no_bytes_make_the_check_raise(head: bytes, tail: bytes) -> None:
    assert is_complete(b"ISA*" + head, tail) in {True, False}


@given(name=st.text(max_size=300))
def test_a_path_has_exactly_one_part_more_than_its_folder(name: str) -> None:
    try:
        path = place("/inbox", name)
    except Undeliverable:
        assert name_fault(name)
        return
    assert path.count("/") == 2
    assert path.startswith("/inbox/")
    assert path.removeprefix("/inbox/") not in {"", ".", ".."}
    assert len(path.splitlines()) == 1


@given(name=st.text(min_size=1, max_size=190).filter(lambda name: not name_fault(name)))
def test_names_that_we_make_of_a_safe_name_are_safe(name: str) -> None:
    file = RemoteFile(name, 1, 1_768_296_600.0)
    made = [*islice(numbered(name), 3), *islice(archive_names(file), 4), temporary_name(name, b"x")]
    for one in made:
        assert place("/x", one)
    assert len(set(made[:3])) == 3
    assert len(set(made[3:7])) == 4


@pytest.mark.parametrize(
    "name",
    ["a\x00b", "a\x1b[2J", "a\x85b", "a\u202egnp.edi", "a\u2028b", "\udcff.edi", "a/b", "..", "", "\ufeffa"],
)
def test_names_that_could_fool_a_path_or_a_reader_are_refused(name: str) -> None:
    assert name_fault(name)


@pytest.mark.parametrize(
    "name", ["-rf", "a b.edi", "ünïcode.edi", "注文.xml", "$(id).edi", "a;b|c", "...", "%2e%2e"]
)
def test_names_that_are_only_odd_are_fine(name: str) -> None:
    assert name_fault(name) == ""


def test_numbers_stand_before_the_ending() -> None:
    assert list(islice(numbered("inv.0001.edi"), 3)) == ["inv.0001.edi", "inv.0001-1.edi", "inv.0001-2.edi"]
    assert list(islice(numbered("README"), 2)) == ["README", "README-1"]
    assert list(islice(numbered(".edi"), 2)) == [".edi", ".edi-1"]
    file = RemoteFile("daily.csv", 1, 1_768_296_600.0)
    assert list(islice(archive_names(file), 3)) == [
        "daily.csv",
        "daily-20260113T093000.csv",
        "daily-20260113T093000-1.csv",
    ]


def test_patterns_ignore_case_and_exclude_wins() -> None:
    rules = Rules(include=("*.edi", "ord*"), exclude=("*_bak*",))
    assert is_wanted("A.EDI", rules)
    assert is_wanted("Order 1.txt", rules)
    assert not is_wanted("A_BAK.edi", rules)
    assert not is_wanted("a.csv", rules)
    assert not is_wanted("a.edi.filepart", Rules())


def test_a_look_keeps_its_first_sight_until_something_changes() -> None:
    file, grown = RemoteFile("a", 1, 5.0), RemoteFile("a", 2, 5.0)
    first = look_again({}, [file], 10.0)
    assert look_again(first, [file], 12.0) == {"a": Look(file, 10.0)}
    assert look_again(first, [grown], 12.0) == {"a": Look(grown, 12.0)}
    assert look_again(first, [], 12.0) == {}


def test_settle_zero_means_no_wait() -> None:
    look = Look(RemoteFile("a", 1, 5.0), 10.0)
    assert has_settled(look, Rules(settle_seconds=0.0), 10.0)
    assert not has_settled(look, Rules(settle_seconds=2.0), 11.9)
    assert has_settled(look, Rules(settle_seconds=2.0), 12.0)
