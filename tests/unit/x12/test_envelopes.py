"""Opening files: separators, several interchanges, broken envelopes."""

from __future__ import annotations

import datetime as dt
import random
import time

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.envelope import Delimiters, Unwrapped
from translators.x12 import opened as opened_groups
from translators.x12.envelopes import unwrap
from translators.x12.numbers import Numbers
from translators.x12.rules.check import check_set

HEAD = [
    "ISA",
    "00",
    " " * 10,
    "00",
    " " * 10,
    "ZZ",
    "ACME".ljust(15),
    "ZZ",
    "OURCO".ljust(15),
    "250110",
    "1200",
]


def file(
    *,
    e: str = "*",
    c: str = ">",
    t: str = "~",
    nl: str = "",
    r: str = "U",
    version: str = "00401",
    control: int = 1,
    sets: int = 1,
    release: str = "004010",
) -> str:
    lines = [
        [*HEAD, r, version, f"{control:09d}", "1", "P", c],
        ["GS", "PO", "ACMEGS", "US", "20250110", "1200", "9", "X", release],
    ]
    for n in range(1, sets + 1):
        lines += [
            ["ST", "850", f"{n:04d}"],
            ["BEG", "00", "SA", f"{control}-{n}", "", "20250110"],
            ["SE", "3", f"{n:04d}"],
        ]
    lines += [["GE", str(sets), "9"], ["IEA", "1", f"{control:09d}"]]
    return "".join(e.join(line) + t + nl for line in lines)


def problems_of(unwrapped: Unwrapped) -> list[str]:
    found = list(unwrapped.findings)
    for interchange in unwrapped.interchanges:
        found += interchange.findings
        for group in interchange.groups:
            found += [*group.findings, *(f for s in group.sets for f in s.findings)]
    return [f.problem for f in found]


def opened(text: str) -> Unwrapped:
    return unwrap(text.encode("latin-1"), "in.edi")


@pytest.mark.parametrize("nl", ["", "\n", "\r\n", "\r"])
@pytest.mark.parametrize("t", ["~", "!", "|", "\x1c", "\x15", "\x07", "\x85"])
def test_terminators_and_what_follows_them(t: str, nl: str) -> None:
    unwrapped = opened(file(t=t, nl=nl))
    assert problems_of(unwrapped) == []
    one = unwrapped.interchanges[0].groups[0].sets[0]
    assert one.envelope.delimiters == Delimiters("*", ">", "", t, nl)
    assert one.payload.decode("latin-1").startswith("ST*850*0001" + t)
    assert one.payload.decode("latin-1").endswith("SE*3*0001" + t + nl)


@pytest.mark.parametrize(("t", "nl"), [("\n", ""), ("\r", ""), ("\r", "\n")])
def test_a_line_end_may_be_the_terminator(t: str, nl: str) -> None:
    unwrapped = opened(file(t=t, nl=nl) + "\n\n")
    assert problems_of(unwrapped) == []
    assert unwrapped.interchanges[0].envelope.delimiters.segment == t


def test_the_envelope_tells_who_and_what() -> None:
    envelope = opened(file()).interchanges[0].groups[0].sets[0].envelope
    assert (str(envelope.sender), str(envelope.receiver)) == ("ZZ:ACME", "ZZ:OURCO")
    assert (envelope.group_sender, envelope.group_receiver, envelope.functional_id) == ("ACMEGS", "US", "PO")
    assert (envelope.interchange_control, envelope.group_control, envelope.set_control) == (
        "000000001",
        "9",
        "0001",
    )
    assert (envelope.usage, envelope.ack_requested, envelope.version) == ("P", True, "00401")
    assert envelope.prepared_at == dt.datetime.fromisoformat("2025-01-10T12:00")
    assert (envelope.set_id, envelope.release) == ("850", "004010")


def test_several_interchanges_with_separators_of_their_own() -> None:
    text = (
        file(control=1)
        + file(e="|", c=":", t="\n", control=2)
        + "\r\n"
        + file(e="^", t="!", control=3, sets=2)
    )
    unwrapped = opened(text)
    assert problems_of(unwrapped) == []
    sets = [s for i in unwrapped.interchanges for g in i.groups for s in g.sets]
    assert [s.envelope.interchange_control for s in sets] == [
        "000000001",
        "000000002",
        "000000003",
        "000000003",
    ]
    assert all(text.encode()[s.offset :].startswith(s.payload) for s in sets)
    assert all(s.document is DocType.PURCHASE_ORDER for s in sets)


def test_one_broken_interchange_does_not_hold_up_the_next() -> None:
    cut = file(control=1).split("GE*")[0]
    unwrapped = opened(cut + "\n" + file(control=2))
    assert [i.refused for i in unwrapped.interchanges] == [True, False]
    assert problems_of(unwrapped) == ["iea.missing", "ge.missing"]


def test_isa_in_the_data_is_data() -> None:
    text = file().replace("1-1", "X ISA*00* Y ISA|00|")
    assert len(opened(text).interchanges) == 1


@pytest.mark.parametrize(
    ("before", "noticed"),
    [
        ("", []),
        ("\r\n  ", []),
        ("\xef\xbb\xbf", ["envelope.junk"]),
        ("Content-Type: application/EDI-X12\r\n\r\n", ["envelope.junk"]),
    ],
)
def test_what_stands_before_the_isa(before: str, noticed: list[str]) -> None:
    unwrapped = opened(before + file())
    assert problems_of(unwrapped) == noticed
    assert len(unwrapped.interchanges[0].groups[0].sets) == 1


def test_json_with_a_name_isa_is_no_interchange() -> None:
    unwrapped = opened('{"ISA": "00", "GS": {"GS01": "PO"}}')
    assert (problems_of(unwrapped), unwrapped.interchanges) == (["file.unreadable"], ())
    quoted = opened('{"edi": "' + file() + '"}')
    assert len(quoted.interchanges[0].groups[0].sets) == 1


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("IEA*1*000000001", "IEA*2*000000001", "iea.count"),
        ("IEA*1*000000001", "IEA*1*000000002", "iea.control_mismatch"),
        ("IEA*1*000000001", "IEA*1*1", "iea.control_mismatch"),
        ("IEA*1*000000001~", "", "iea.missing"),
        ("GE*1*9", "GE*2*9", "ge.count"),
        ("GE*1*9", "GE*1*8", "ge.control_mismatch"),
        ("GE*1*9~", "", "ge.missing"),
        ("*9*X*", "*A9*X*", "gs.control_invalid"),
        ("SE*3*0001", "SE*4*0001", "se.count"),
        ("SE*3*0001", "SE*3*0002", "se.control_mismatch"),
        ("SE*3*0001~", "", "se.missing"),
        ("ST*850*", "ST*85*", "set.id_invalid"),
        ("ST*850*0001", "ST*850*1", "st.control_invalid"),
        ("GS*PO*ACMEGS*US*20250110*1200*9*X*004010~", "", "envelope.structure"),
        ("GE*1*9~", "XYZ*1~GE*1*9~", "envelope.structure"),
        ("ACME           ", "ACME ", "isa.width"),
        ("*1*P*", "*1*Q*", "isa.invalid"),
        ("*P*>~", "*P**~", "envelope.delimiters"),
    ],
)
def test_faults_of_the_envelopes(old: str, new: str, problem: str) -> None:
    text = file()
    assert old in text
    assert problem in problems_of(opened(text.replace(old, new, 1)))


def test_a_collapsed_isa_is_named_and_read_all_the_same() -> None:
    text = file().replace("ACME           ", "ACME").replace("*          *", "**")
    interchange = opened(text).interchanges[0]
    assert [f.line() for f in interchange.findings] == [
        "in.edi: segment 1: ISA02 (authorization) has 0 characters; it must have 10",
        "in.edi: segment 1: ISA04 (security) has 0 characters; it must have 10",
        "in.edi: segment 1: ISA06 (sender id) has 4 characters; it must have 15",
    ]
    assert not interchange.refused
    assert len(interchange.groups[0].sets) == 1


@pytest.mark.parametrize(
    ("sender", "read", "refused"),
    [
        ("ACME             ", "ACME", False),  # blanks too many
        ("ACMECORPORATION0 ", "ACMECORPORATION0", True),
    ],
)
def test_an_address_is_too_long_without_its_blanks(sender: str, read: str, *, refused: bool) -> None:
    interchange = opened(file().replace("ACME           ", sender)).interchanges[0]
    assert [(f.problem, f.where.element) for f in interchange.findings] == [("isa.width", 6)]
    assert (interchange.envelope.sender.id, interchange.refused) == (read, refused)


@pytest.mark.parametrize("size", [4, 30, 60, 104, 105])
def test_a_truncated_isa_is_refused(size: int) -> None:
    interchange = opened(file()[:size] if size > 6 else "ISA*00*").interchanges[0]
    assert [f.problem for f in interchange.findings] == ["isa.truncated"]
    assert interchange.refused


def test_repetition_separators_by_version() -> None:
    def repetition(r: str, version: str) -> tuple[str, list[str]]:
        unwrapped = opened(file(r=r, version=version))
        return unwrapped.interchanges[0].envelope.delimiters.repetition, problems_of(unwrapped)

    assert repetition("U", "00401") == ("", [])
    assert repetition("^", "00501") == ("^", [])
    assert repetition("U", "00501") == ("", ["isa.invalid"])


def test_technical_acks_stand_alone_or_before_groups() -> None:
    alone = file().split("GS*")[0] + "TA1*000000077*250109*1159*A*000~IEA*0*000000001~"
    interchange = opened(alone).interchanges[0]
    assert interchange.technical_acks == (("TA1", "000000077", "250109", "1159", "A", "000"),)
    assert (interchange.groups, interchange.findings) == ((), ())
    counted = opened(alone.replace("IEA*0*", "IEA*1*")).interchanges[0]  # as many systems write
    assert [(f.problem, f.fatal) for f in counted.findings] == [("iea.count", False)]
    assert opened(alone.replace("IEA*0*", "IEA*2*")).interchanges[0].refused
    mixed = file().replace("GS*", "TA1*000000077*250109*1159*R*025~GS*", 1)
    assert len(opened(mixed).interchanges[0].technical_acks) == 1
    assert problems_of(opened(mixed)) == []


@pytest.mark.parametrize(
    ("data", "problem"), [(b"", "file.empty"), (b" \n", "file.empty"), (b"hello", "file.unreadable")]
)
def test_what_is_no_x12(data: bytes, problem: str) -> None:
    assert problems_of(unwrap(data, "x")) == [problem]


def test_a_set_control_number_stands_once_in_a_group() -> None:
    assert problems_of(opened(file(sets=2).replace("*0002", "*0001"))) == ["st.control_repeated"]


@pytest.mark.parametrize("between", ["X", "X\n", "\n", "~"])
def test_many_small_interchanges_take_no_more_time_than_their_length(between: str) -> None:
    text = (file() + between) * 2000
    started = time.process_time()
    assert len(opened(text).interchanges) == 2000
    assert time.process_time() - started < 5  # about 0.1 s; a scan to the end for each would take minutes


def test_a_tabbed_isa_is_read_and_each_wrong_width_told() -> None:
    text = file().replace("*          *", "*\t*").replace("OURCO          ", "OURCO\t")
    interchange = opened(text).interchanges[0]
    assert [(f.where.element, f.severity) for f in interchange.findings] == [
        (2, "warning"),
        (4, "warning"),
        (8, "warning"),
    ]
    assert interchange.envelope.receiver.id == "OURCO"


def test_an_address_that_is_too_long_is_an_error() -> None:
    (finding,) = opened(file().replace("ACME           ", "ACME" * 5)).interchanges[0].findings
    assert (finding.where.element, finding.severity) == (6, "error")


@pytest.mark.parametrize("version", ["0040A", "     ", "4010 "])
def test_a_strange_version_is_a_warning(version: str) -> None:
    interchange = opened(file(version=version)).interchanges[0]
    assert [(f.where.element, f.severity) for f in interchange.findings] == [(12, "warning")]


def test_the_release_of_a_group_may_have_a_suffix() -> None:
    unwrapped = opened(file(release="004010VICS"))
    assert problems_of(unwrapped) == []
    assert unwrapped.interchanges[0].groups[0].envelope.release == "004010VICS"


@pytest.mark.parametrize("segment", ["ISB*1*20250110*1200~", "ISE*20250110*1200*00~", "TA3*A*1*2~"])
def test_what_the_network_is_asked_for_is_passed_over(segment: str) -> None:
    assert problems_of(opened(file().replace("GS*", segment + "GS*", 1))) == []


def test_a_release_character_is_noted() -> None:
    (finding,) = opened(file(version="00704", r="^").replace("GS*", "ISX*?~GS*", 1)).interchanges[0].findings
    assert (finding.severity, finding.where.segment) == ("note", "ISX")


def test_of_segments_outside_of_sets_the_first_is_told() -> None:
    interchange = opened(file().replace("GE*", "ABC*1~DEF*2~\nGHI~GE*")).interchanges[0]
    assert [f.message for f in interchange.findings] == ["'ABC*1' stands outside of any set"]


def test_a_trailer_without_elements_is_a_trailer() -> None:
    text = file().replace("SE*3*0001", "SE").replace("GE*1*9", "GE").replace("IEA*1*000000001", "IEA")
    assert problems_of(opened(text)) == [
        "iea.count", "iea.control_mismatch", "ge.count", "ge.control_mismatch", "se.count", "se.control_mismatch",
    ]  # fmt: skip


def group(functional_id: str, control: str, *orders: str) -> str:
    lines = [f"GS*{functional_id}*ACME*US*20250110*1200*{control}*X*004010~"]
    lines += [
        f"ST*850*{n:04d}~BEG*00*SA*{order}**20250110~SE*3*{n:04d}~" for n, order in enumerate(orders, start=1)
    ]
    return "".join(lines) + f"GE*{len(orders)}*{control}~"


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ([group("PO", "1", "A"), group("PO", "2", "A")], ["", ""]),
        ([group("PO", "1", "A"), group("XX", "1", "A")], ["", "warning"]),  # told apart by AK101
        ([group("PO", "1", "A"), group("PO", "1", "B")], ["", "warning"]),  # other orders: taken
        ([group("PO", "1", "A"), group("PO", "1", "A", "B")], ["", "warning"]),
        ([group("PO", "1", "A"), group("PO", "1", "A")], ["", "error"]),  # the same: not taken twice
        ([group("PO", "1", "A"), group("PO", "1", "B"), group("PO", "1", "A")], ["", "warning", "error"]),
        ([group("PO", "1", "A"), group("PO", "01", "A")], ["", ""]),  # compared as strings
    ],
)
def test_a_repeated_group_number_loses_no_order_and_takes_none_twice(
    groups: list[str], told: list[str]
) -> None:
    text = file().split("GS*")[0] + "".join(groups) + f"IEA*{len(groups)}*000000001~"
    found = opened(text).interchanges[0].groups
    repeats = [[f.severity for f in g.findings if f.problem == "gs.control_repeated"] for g in found]
    assert ["".join(severities) for severities in repeats] == told


def test_more_groups_than_can_be_remembered_count_as_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened_groups, "MOST_GROUPS", 1)
    text = file().split("GS*")[0] + group("PO", "1", "A") + group("PO", "1", "B") + "IEA*2*000000001~"
    assert opened(text).interchanges[0].groups[1].findings[0].fatal


def test_used_numbers_are_found_whatever_their_order() -> None:
    chance = random.Random(4)
    values = [f"{chance.randrange(300):0{chance.choice([1, 3, 4])}d}" for _ in range(600)] + ["A", "B", "A"]
    numbers, seen = Numbers(), set[str]()
    for value in values:
        assert numbers.add(value) is (value not in seen), value
        seen.add(value)


@pytest.mark.parametrize(
    ("st03", "gs08", "guide"),
    [
        ("", "004010VICS", "004010VICS"),
        ("005010X222A1", "005010", "005010X222A1"),
        ("005010", "004010", "005010"),
        ("BY AGREEMENT", "004010", "004010"),
        ("5010", "004010", "004010"),
    ],
)
def test_st03_counts_before_gs08_where_it_names_a_release(st03: str, gs08: str, guide: str) -> None:
    text = file().replace("ST*850*0001~", f"ST*850*0001*{st03}~").replace("*X*004010~", f"*X*{gs08}~")
    envelope = opened(text).interchanges[0].groups[0].sets[0].envelope
    assert (envelope.set_guide, envelope.release, envelope.guide) == (st03, gs08, guide)


def test_a_set_is_checked_by_the_release_of_its_st03() -> None:
    def faults(st03: str) -> list[str]:
        st = f"ST*850*0001*{st03}~"
        one = opened(file().replace("ST*850*0001~", st)).interchanges[0].groups[0].sets[0]
        return [f.problem for f in check_set(one.payload, one.envelope)]

    assert problems.ELEMENT_TOO_MANY in faults("004010")  # which knows no ST03
    assert problems.ELEMENT_TOO_MANY not in faults("005010")
