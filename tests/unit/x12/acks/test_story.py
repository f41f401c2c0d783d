"""The story of an acknowledgment: what it rejects, told beside the segments of ours that it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.partner import Partner, X12Settings
from tests.support.wire import Set, group, interchange, order
from tests.support.x12_samples import segments as sample
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.acks.story import explain_ack
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set

OURS = interchange(
    *group(
        order("PO1", ("LAMP", "24", "EA", "9.99"), ("DESK", "1O", "EA", "1.00")),
        order("PO2"),
        control=7,
        sender="OURCO",
    ),
    control=70,
    sender="ZZ:OURCO",
    receiver="ZZ:ACMERETAIL",
)


def ack(*body: tuple[str, ...], set_id: str = "997", functional_id: str = "FA") -> bytes:
    """Return a file of acme's with one set."""
    one: Set = (("ST", set_id), *body)
    return interchange(*group(one, control=500, functional_id=functional_id), control=500)


REJECTED = ack(
    ("AK1", "PO", "7"),
    ("AK2", "850", "0001"),
    ("AK3", "PO1", "7", "PO1", "8"),
    ("AK4", "2", "330", "6", "1O"),
    ("AK5", "R", "5"),
    ("AK2", "850", "0002"),
    ("AK5", "A"),
    ("AK9", "P", "2", "2", "1"),
)


def test_what_is_rejected_is_pointed_at_in_our_segment() -> None:
    told = explain_ack(REJECTED, OURS)
    assert (told.kind, told.answers, told.rejects, told.remarks) == ("997", True, True, ())
    head, first, second = told.parts
    assert (head.subject, head.verdict, head.words) == (
        "group PO 7",
        "P",
        "partly accepted (2 received, 1 accepted)",
    )
    assert (first.subject, first.verdict, first.depth) == ("set 850 0001 (PO1)", "R", 1)
    assert (second.subject, second.verdict, second.marks) == ("set 850 0002 (PO2)", "A", ())
    (mark,) = first.marks
    assert mark.text == "PO1*2*1O*EA*1.00**BP*DESK"
    assert mark.text[mark.begin : mark.end] == "1O"
    assert mark.name
    assert mark.remark == ""


def test_the_lines_show_the_element_with_a_pointer_and_what_to_do() -> None:
    lines = explain_ack(REJECTED, OURS).lines()
    at = next(n for n, line in enumerate(lines) if "PO1*2*1O" in line)
    assert lines[at + 1].index("^^") == lines[at].index("1O")
    assert "PO102" in lines[at + 2]
    assert "invalid character '1O' (AK403 6)" in lines[at + 2]
    assert lines[at + 3].strip() == "hint: take the sign out of the data"


def test_an_element_that_is_not_there_is_pointed_at_behind_the_last_one() -> None:
    body = (
        ("AK1", "PO", "7"), ("AK2", "850", "0001"), ("AK3", "BEG", "2", "", "8"), ("AK4", "9", "1004", "1"),
        ("AK5", "R", "5"), ("AK9", "R", "2", "2", "0"),
    )  # fmt: skip
    (mark,) = explain_ack(ack(*body), OURS).parts[1].marks
    assert mark.begin == mark.end == len(mark.text)
    assert mark.lines()[2].strip() == "^"


@pytest.mark.parametrize(
    ("ak3", "ak4", "remark"),
    [
        (("PID", "7"), (), "they say PID, and PO1 stands there; there is no PID in the set"),
        (("PO1", "5"), (), "they say PO1, and N1 stands there; PO1 stands at 6, 7"),
        (("PO1", "99"), (), "the set has only 9 segments"),
        (("PO1", "7"), ("2", "330", "7", "24"), "they quote '24', and we sent '1O'"),
    ],
)
def test_where_it_contradicts_our_document_it_is_said(
    ak3: tuple[str, str], ak4: tuple[str, ...], remark: str
) -> None:
    told = explain_ack(
        ack(
            ("AK1", "PO", "7"), ("AK2", "850", "0001"), ("AK3", *ak3, "", "8" if ak4 else "2"),
            *([("AK4", *ak4)] if ak4 else []), ("AK5", "R", "5"), ("AK9", "R", "2", "2", "0"),
        ),
        OURS,
    )  # fmt: skip
    (mark,) = told.parts[1].marks
    assert mark.remark == remark
    assert any(remark in line for line in told.lines())


def test_a_missing_segment_is_missed_at_its_place_whatever_stands_there() -> None:
    body = (
        ("AK1", "PO", "7"), ("AK2", "850", "0001"), ("AK3", "REF", "4", "", "3"), ("AK5", "R", "5"),
        ("AK9", "R", "2", "2", "0"),
    )  # fmt: skip
    (mark,) = explain_ack(ack(*body), OURS).parts[1].marks
    assert (mark.text, mark.remark) == ("DTM*002*20260127", "")
    assert "segment missing" in mark.finding.message


def test_an_acknowledgment_of_another_file_says_which_numbers_differ() -> None:
    other = ack(("AK1", "IN", "55"), ("AK2", "810", "0001"), ("AK5", "A"), ("AK9", "A", "1", "1", "1"))
    told = explain_ack(other, OURS)
    assert not told.answers
    assert not told.rejects
    assert told.remarks == ("it does not answer this file",)
    assert told.parts[0].remarks == ("it answers group IN 55; the original has PO 7",)


def test_a_set_that_was_not_in_the_group_is_said_so() -> None:
    other = ack(("AK1", "PO", "7"), ("AK2", "850", "0009"), ("AK5", "R", "5"), ("AK9", "R", "3", "3", "2"))
    head, one = explain_ack(other, OURS).parts
    assert head.remarks == ("they received 3 sets of this group; the original has 2",)
    assert not one.known
    assert one.remarks == ("it answers ST02 0009; the original has 0001, 0002",)


def test_leading_zeros_do_not_matter_and_other_people_do() -> None:
    body = (("ST", "997"), ("AK1", "PO", "0007"), ("AK9", "A", "2", "2", "2"))
    rows = group(body, control=1, functional_id="FA", sender="OTHER")
    told = explain_ack(interchange(*rows, control=1, sender="ZZ:OTHER"), OURS)
    assert told.answers
    assert told.remarks == ("it went from ZZ:OTHER to ZZ:OURCO, the original from ZZ:OURCO to ZZ:ACMERETAIL",)


def test_the_fault_of_a_group_or_a_whole_set_is_marked_in_the_envelope() -> None:
    told = explain_ack(
        ack(("AK1", "PO", "7"), ("AK2", "850", "0001"), ("AK5", "R", "4"), ("AK9", "R", "3", "2", "0", "5")),
        OURS,
    )
    (of_group,), (of_set,) = told.parts[0].marks, told.parts[1].marks
    assert (of_group.text, of_group.text[of_group.begin : of_group.end]) == ("GE*2*7", "2")
    assert (of_set.text, of_set.text[of_set.begin : of_set.end]) == ("SE*9*0001", "9")


def test_a_ta1_is_marked_in_our_isa_without_its_secrets() -> None:
    ours = OURS.replace(b"*00*          *00*          *", b"*00*          *01*SESAME    *", 1)
    told = explain_ack(interchange(("TA1", "000000070", "260113", "0915", "R", "008"), control=9), ours)
    (part,) = told.parts
    (mark,) = part.marks
    assert (told.kind, part.verdict, mark.text[mark.begin : mark.end].strip()) == ("TA1", "R", "ACMERETAIL")
    assert "SESAME" not in "".join(told.lines())
    assert mark.name == "receiver id"
    stranger = explain_ack(interchange(("TA1", "71", "260113", "0915", "R", "008"), control=9), ours)
    assert stranger.parts[0].remarks == ("it answers ISA13 71; the original has 000000070",)


def test_a_999_is_told_with_its_context() -> None:
    body = (
        ("AK1", "PO", "7", "004010"), ("AK2", "850", "0001"), ("IK3", "PO1", "7", "", "8"),
        ("CTX", "BEG03>PO1"), ("IK4", "3", "355", "I6", "EA"), ("IK5", "R", "I5"), ("AK9", "R", "2", "2", "0"),
    )  # fmt: skip
    told = explain_ack(ack(*body, set_id="999"), OURS)
    (mark,) = told.parts[1].marks
    assert mark.finding.message == "code value not used in the implementation 'EA' (AK403 I6), in BEG03 PO1"
    assert mark.text[mark.begin : mark.end] == "EA"


@pytest.mark.parametrize("by", ["numbers", "name"])
def test_an_824_is_told_by_control_numbers_or_by_the_documents_own_number(by: str) -> None:
    numbers = ("7", "0002", "850") if by == "numbers" else ("",)
    body = (
        ("BGN", "11", "A1", "20260113"),
        ("OTI", "TR", "PO", "PO2", "", "", "", "", *numbers),
        ("TED", "007", "WE NEED A DEPARTMENT", "BEG", "2", "6"),
    )
    told = explain_ack(ack(*body, set_id="824", functional_id="AG"), OURS)
    (part,) = told.parts
    assert (part.subject, part.words) == ("document PO PO2 (set 850 0002)", "rejected")
    (mark,) = part.marks
    assert mark.text.startswith("BEG*00*SA*PO2")
    assert mark.finding.message == "missing data: WE NEED A DEPARTMENT (TED01 007)"


def test_a_long_segment_is_shown_around_the_mark() -> None:
    original = OURS.replace(b"*DESK", b"*" + b"x" * 300 + b"*ZZ*END")
    body = (
        ("AK1", "PO", "7"), ("AK2", "850", "0001"), ("AK3", "PO1", "7", "", "8"), ("AK4", "9", "234", "7", "END"),
        ("AK5", "R", "5"), ("AK9", "R", "2", "2", "0"),
    )  # fmt: skip
    (mark,) = explain_ack(ack(*body), original).parts[1].marks
    shown, pointer = mark.lines()[1:3]
    assert len(shown) < 120
    assert shown[pointer.index("^") : pointer.index("^") + 3] == "END"


@pytest.mark.parametrize("data", [b"", b"hello", OURS, b"ISA*00*"])
def test_what_is_no_acknowledgment_is_said_so(data: bytes) -> None:
    told = explain_ack(data, OURS)
    assert (told.kind, told.parts, told.answers) == ("", (), False)
    assert len(told.remarks) == 1
    assert explain_ack(REJECTED, b"nothing").remarks == (
        "the original is no X12 file: no ISA segment was found in it",
    )


@given(st.data())
def test_a_damaged_acknowledgment_or_original_never_raises(data: st.DataObject) -> None:
    files = [bytearray(REJECTED), bytearray(OURS)]
    for file in files:
        for _ in range(data.draw(st.integers(0, 4))):
            at = data.draw(st.integers(0, len(file) - 1))
            file[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    told = explain_ack(bytes(files[0]), bytes(files[1]))
    assert all(isinstance(line, str) for line in told.lines())
    assert told.lines()


def test_every_sample_can_be_pointed_into() -> None:
    for set_id in ("850", "856", "810"):
        lines = sample(set_id)
        body = tuple(tuple(line.split("*")) for line in lines[1:-1])
        ours = interchange(*group((("ST", set_id), *body), control=3, functional_id="XX"), control=3)
        rows = [("AK3", line.split("*")[0], str(n), "", "2") for n, line in enumerate(lines[:-1], 1)]
        told = explain_ack(
            ack(
                ("AK1", "XX", "3"), ("AK2", set_id, "0001"), *rows, ("AK5", "R"), ("AK9", "R", "1", "1", "0")
            ),
            ours,
        )
        assert [m.text for m in told.parts[1].marks] == lines[:-1]
        assert not any(m.remark for m in told.parts[1].marks)


def faulty(set_id: str) -> list[tuple[int, bytes]]:
    """Return files of ours in which the last element of one segment after the other is far too long."""
    lines = sample(set_id)
    files = []
    for at in range(1, len(lines) - 1):
        broken = [*lines[:at], lines[at].rsplit("*", 1)[0] + "*" + "9" * 300, *lines[at + 1 :]]
        body: Set = tuple(tuple(line.split("*")) for line in broken[1:-1])
        functional_id = {"850": "PO", "856": "SH", "810": "IN"}[set_id]
        rows = group((("ST", set_id), *body), control=3, functional_id=functional_id, sender="OURCO")
        files.append((at, interchange(*rows, control=3, sender="ZZ:OURCO", receiver="ZZ:ACMERETAIL")))
    return files


@pytest.mark.parametrize("kind", ["997", "999"])
@pytest.mark.parametrize("set_id", ["850", "856", "810"])
def test_what_our_own_check_rejects_is_told_where_it_was_planted(set_id: str, kind: str) -> None:
    settings = X12Settings(functional_ack=kind)
    partner = Partner(key="acme", name="ACME", x12=settings)
    for at, data in faulty(set_id):
        found = unwrap(data, "").interchanges[0].groups[0]
        (one,) = found.sets
        verdict = GroupVerdict(
            envelope=found.envelope,
            declared_count="1",
            sets=(SetVerdict(envelope=one.envelope, findings=check_set(one.payload, one.envelope)),),
        )
        back = replace(
            found.envelope,
            sender=found.envelope.receiver,
            receiver=found.envelope.sender,
            interchange_control="1",
        )
        told = explain_ack(X12Acknowledger().write_functional_ack(verdict, back, partner), data)
        assert (told.kind, told.rejects, told.remarks) == (kind, True, ())
        marks = [m for m in told.parts[1].marks if m.finding.where.segment_number == at + 1]
        assert marks, data
        assert all("9" * 300 in m.text and not m.remark for m in marks)
        assert any(m.text[m.begin : m.end] == "9" * 300 for m in marks)


ADVICE = ack(
    ("BGN", "11", "A1", "20260113"),
    ("OTI", "TR", "PO", "PO2", "", "", "", "", "7", "0002", "850"),
    ("TED", "007", "WE NEED A DEPARTMENT", "BEG", "2", "6", "", "X"),
    ("NTE", "ADD", "CALL US"),
    set_id="824",
    functional_id="AG",
)
TECHNICAL = interchange(("TA1", "000000070", "260113", "0915", "R", "008"), control=9)


@pytest.mark.parametrize("whole", [ADVICE, TECHNICAL], ids=["824", "TA1"])
@given(data=st.data())
def test_other_damaged_answers_never_raise(whole: bytes, data: st.DataObject) -> None:
    file = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(file) - 1))
        file[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=4))
    assert explain_ack(bytes(file), OURS).lines()
