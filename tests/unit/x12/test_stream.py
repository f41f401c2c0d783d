"""Reading as a stream: the events of a file, whatever its chunks; odd encodings, wrapped lines, binary segments."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.model.envelope import Delimiters, Unwrapped, UnwrappedInterchange
from hub.model.finding import Finding
from tests.support.x12_streams import GS, ISA, Made, told
from translators.x12 import scan
from translators.x12.acks.verdicts import technical_acknowledgment
from translators.x12.characters import AS_IT_COMES, Reading, begins_x12, codec_of
from translators.x12.envelopes import unwrap
from translators.x12.events import (
    GroupBegins,
    GroupEnds,
    InterchangeBegins,
    InterchangeEnds,
    Loose,
    SetBegins,
    SetEnds,
    SetText,
)
from translators.x12.stream import events
from translators.x12.tokens import decode, segments

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "x12"

ORDER = "ST*850*0001~BEG*00*SA*4711**20250110~PO1*1*2*EA*3.50**UP*012345678905~SE*4*0001~"
END = "GE*1*1~IEA*1*000000001~"
FILE = ISA + GS + ORDER + END


def only(unwrapped: Unwrapped) -> UnwrappedInterchange:
    (interchange,) = unwrapped.interchanges
    return interchange


def faults(unwrapped: Unwrapped) -> list[Finding]:
    """Return every finding of a file, those of its sets last."""
    found = list(unwrapped.findings)
    for interchange in unwrapped.interchanges:
        found += interchange.findings
        found += [f for g in interchange.groups for f in g.findings]
        found += [f for g in interchange.groups for s in g.sets for f in s.findings]
    return found


def problems_of(unwrapped: Unwrapped) -> list[str]:
    return [f.problem for f in faults(unwrapped)]


def parts(unwrapped: Unwrapped) -> list[str]:
    """Return the segments of the only set of a file."""
    one = only(unwrapped).groups[0].sets[0]
    return segments(decode(one.payload, one.envelope.delimiters), one.envelope.delimiters)


def test_the_events_of_a_file_in_their_order() -> None:
    found = list(events(io.BytesIO(b"junk\n" + FILE.encode() + b"\n"), "in.edi"))
    kinds = [type(event) for event in found]
    assert kinds == [
        Loose, InterchangeBegins, GroupBegins, SetBegins, SetText, SetEnds, GroupEnds, InterchangeEnds,
    ]  # fmt: skip
    assert found[3].offset == len("junk\n" + ISA + GS)
    assert found[4] == SetText(ORDER.encode())
    assert found[5] == SetEnds(4)
    assert found[6] == GroupEnds("1")


def test_a_set_comes_in_runs_of_whole_segments() -> None:
    order = ORDER.replace("~PO1", "~PO1*1*2*EA*3.50" * 50 + "~PO1")
    data = FILE.replace(ORDER, order).encode()
    runs = [e.data for e in events(io.BytesIO(data), "", chunk=50) if isinstance(e, SetText)]
    assert len(runs) > 5
    assert b"".join(runs) == order.encode()
    assert all(run.endswith(b"~") for run in runs)


@pytest.mark.parametrize("chunk", [1, 7, 4096])
def test_the_chunks_make_no_difference(chunk: int) -> None:
    """Real files where they are present, the small ones for the smallest chunks; and the file above, cut, doubled."""
    made = [FILE, FILE * 2, FILE[:-9], FILE.replace("~", "\r\n"), "x" * 5000 + FILE]
    real = [p.read_bytes() for p in CORPUS.rglob("*") if p.is_file()] if CORPUS.is_dir() else []
    most = {1: 1_000, 7: 10_000}.get(chunk, 10**9)
    for data in [*(text.encode() for text in made), *(d for d in real if len(d) < most)]:
        assert told(data, chunk) == told(data, 1 << 20)


def test_what_is_unwrapped_in_memory_is_what_the_events_say() -> None:
    one = only(unwrap(FILE.encode(), "in.edi"))
    begins = next(e for e in told(FILE.encode(), 3) if isinstance(e, SetBegins))
    (got,) = one.groups[0].sets
    assert (got.envelope, got.offset, got.document) == (begins.envelope, begins.offset, begins.document)
    assert got.payload == ORDER.encode()


# --- encodings


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("chunk", [1, 3, 4096])
def test_utf_16_is_read_with_a_note(codec: str, chunk: int) -> None:
    data = FILE.replace("4711", "é711").encode(codec)
    found = told(data, chunk)
    note, begins = found[0], found[3]
    assert isinstance(note, Loose)
    assert isinstance(begins, SetBegins)
    assert (note.finding.message, note.finding.severity) == ("the file is in UTF-16 and was read so", "note")
    letters = "ST*850".encode("utf-16-be" if codec == "utf-16-be" else "utf-16-le")
    assert data[begins.offset :].startswith(letters)
    assert found[4] == SetText(ORDER.replace("4711", "é711").encode())


@pytest.mark.parametrize("codec", ["cp037", "cp500", "cp1140"])
@pytest.mark.parametrize("terminator", ["~", "\x85", "\n"])
def test_ebcdic_is_read_when_the_profile_says_so(codec: str, terminator: str) -> None:
    data = FILE.replace("4711", "é711").replace("~", terminator).encode(codec)
    unwrapped = unwrap(data, "in.edi", Reading(encoding=codec))
    assert problems_of(unwrapped) == []
    one = only(unwrapped).groups[0].sets[0]
    assert (one.envelope.delimiters.segment, one.envelope.sender.id) == (terminator, "ACME")
    assert parts(unwrapped)[1] == "BEG*00*SA*é711**20250110"
    assert data[one.offset :].startswith("ST*850".encode(codec))


def test_ebcdic_without_the_option_is_told_by_name() -> None:
    (finding,) = unwrap(FILE.encode("cp037"), "in.edi").findings
    assert (finding.problem, finding.where.file) == ("file.unreadable", "in.edi")
    assert "cp037" in finding.hint


def test_an_ascii_file_of_an_ebcdic_partner_is_read_too() -> None:
    assert problems_of(unwrap(FILE.encode(), "", Reading(encoding="cp037"))) == []


def test_a_code_page_makes_text_of_the_data() -> None:
    data = FILE.replace("4711", "€711").encode("cp1252")
    assert parts(unwrap(data, "", Reading(encoding="cp1252")))[1] == "BEG*00*SA*€711**20250110"


def test_an_unknown_encoding_is_reported_and_the_file_read_as_it_is() -> None:
    unwrapped = unwrap(FILE.encode(), "", Reading(encoding="cp999"))
    assert problems_of(unwrapped) == ["config.value"]
    assert len(only(unwrapped).groups) == 1


@pytest.mark.parametrize(
    ("name", "known"),
    [("cp037", True), ("CP500", True), ("utf-8", True), ("utf-16", True), ("latin-1", True), ("cp1252", True),
     ("shift_jis", False), ("utf-7", False), ("hex", False), ("rot13", False), ("nothing", False), ("", False)],
)  # fmt: skip
def test_encodings_that_x12_can_be_read_in(name: str, known: bool) -> None:
    assert (codec_of(name) is not None) is known


@pytest.mark.parametrize("codec", ["ascii", "utf-8-sig", "utf-16", "utf-16-be", "cp037"])
def test_x12_is_recognised_by_its_head(codec: str) -> None:
    assert begins_x12(FILE.encode(codec)[:200])
    assert not begins_x12("<order>ISA</order>".encode(codec))


MIXED = "REF*DP*Müller→".encode() + b"~REF*DP*M\xfcller~REF*DP*\xc3\xa9\xe9~"


def test_utf_8_and_latin_1_in_one_set_are_each_read_as_what_they_are() -> None:
    found = segments(decode(MIXED, Delimiters()), Delimiters())
    assert found == ["REF*DP*Müller→", "REF*DP*Müller", "REF*DP*éé"]


@pytest.mark.parametrize("between", [0, 100_000])
def test_a_byte_of_latin_1_far_away_changes_nothing_before_it(between: int) -> None:
    first = "REF*DP*Müller→~".encode()
    text = decode(first + b"REF*DP*X~" * (between // 9) + b"REF*DP*\xe9~", Delimiters())
    assert text.startswith("REF*DP*Müller→~")
    assert text.endswith("REF*DP*é~")


def test_binary_content_of_any_bytes_keeps_its_length_in_a_set_of_utf_8() -> None:
    content = bytes(range(256)) + "é→~".encode() + b"\xff"
    payload = MIXED + f"BIN*{len(content)}*".encode() + content + b"~BIN*9*\xc3\xa9~" + MIXED
    found = segments(decode(payload, Delimiters()), Delimiters())
    assert [part[:3] for part in found] == ["REF"] * 3 + ["BIN", "BIN"] + ["REF"] * 3
    assert found[3] == f"BIN*{len(content)}*" + content.decode("latin-1")
    assert found[:3] == found[5:]


def test_latin_1_with_a_terminator_of_one_byte_is_all_latin_1() -> None:
    data = FILE.replace("4711", "SOCIÉTÉ").replace("*20250110~", "~").replace("~", "\x85").encode("latin-1")
    assert parts(unwrap(data, ""))[1] == "BEG*00*SA*SOCIÉTÉ*"


# --- separators of several bytes, and signs that are rare


@pytest.mark.parametrize("terminator", ["\x85", "§", "…", "🚀"])
@pytest.mark.parametrize("element", ["*", "¦"])
@pytest.mark.parametrize("component", [">", "·"])
def test_separators_of_several_bytes(terminator: str, element: str, component: str) -> None:
    text = FILE.replace("*", element).replace(">", component).replace("~", terminator)
    data = text.replace("4711", "47é1").encode()
    for chunk in (1, 5, 4096):
        assert told(data, chunk) == told(data, 1 << 20)
    unwrapped = unwrap(data, "in.edi")
    assert problems_of(unwrapped) == []
    one = only(unwrapped).groups[0].sets[0]
    signs = one.envelope.delimiters
    assert (signs.segment, signs.element, signs.component) == (terminator, element, component)
    assert parts(unwrapped)[1].split(element)[3] == "47é1"
    assert data[one.offset :].startswith(one.payload)


def test_a_technical_acknowledgment_knows_such_separators() -> None:
    text = FILE.replace("*", "§").replace("IEA§1", "IEA§2")
    ack = technical_acknowledgment(only(unwrap(text.encode(), "")))
    assert ack == ["TA1", "000000001", "250110", "1200", "R", "021"]


def test_a_name_in_utf_8_has_its_width_in_characters() -> None:
    unwrapped = unwrap(FILE.replace("OURCO          ", "MÜLLER         ").encode(), "in.edi")
    assert problems_of(unwrapped) == []
    assert only(unwrapped).envelope.receiver.id == "MÜLLER"


def test_byte_85_is_a_terminator_too_when_it_stands_alone() -> None:
    data = FILE.replace("~", "\x85").encode("latin-1")
    unwrapped = unwrap(data, "in.edi")
    assert problems_of(unwrapped) == []
    assert parts(unwrapped)[0] == "ST*850*0001"


@pytest.mark.parametrize("between", ["\0", " \0\r\n", "\r\n\r\n", "\t", "\n" * 2000])
def test_blanks_between_segments_are_nothing(between: str) -> None:
    unwrapped = unwrap(FILE.replace("~", "~" + between).encode(), "in.edi")
    assert problems_of(unwrapped) == []
    assert parts(unwrapped) == ORDER[:-1].split("~")


# --- wrapped files


def wrapped(text: str, columns: int, end: str = "\r\n") -> str:
    return "".join(text[at : at + columns] + end for at in range(0, len(text), columns))


@pytest.mark.parametrize("columns", [80, 64, 128])
@pytest.mark.parametrize("chunk", [1, 50, 4096])
def test_wrapped_files_are_read_by_option(columns: int, chunk: int) -> None:
    data = wrapped(FILE * 3, columns).encode()
    found = told(data, chunk, Reading(wrapped=True))
    assert [e.data for e in found if isinstance(e, SetText)] == [ORDER.encode()] * 3
    assert not any(getattr(e, "findings", ()) for e in found)
    starts = [e.offset for e in found if isinstance(e, SetBegins)]
    assert len(starts) == 3
    for start in starts:
        assert data[start:].replace(b"\r\n", b"").startswith(b"ST*850*0001~")


@pytest.mark.parametrize("columns", [80, 128])
def test_a_file_that_looks_wrapped_names_the_option(columns: int) -> None:
    unwrapped = unwrap(wrapped(FILE, columns).encode(), "in.edi")
    assert "wrapped = true" in unwrapped.findings[0].hint
    assert unwrapped.findings[0].problem == "envelope.wrapped"


@pytest.mark.parametrize(
    "text", [FILE, FILE.replace("~", "~\n"), FILE.replace("~", "\n"), FILE.replace("~", "\r\n")]
)
def test_the_option_does_no_harm_to_files_that_are_not_wrapped(text: str) -> None:
    plain, by_option = (
        unwrap(text.encode(), "", reading) for reading in (AS_IT_COMES, Reading(wrapped=True))
    )
    assert problems_of(plain) == problems_of(by_option) == []
    assert parts(plain) == parts(by_option) == ORDER[:-1].split("~")


# --- binary segments


def with_binary(segment: str) -> bytes:
    return (ISA + GS + f"ST*841*0001~{segment}~SE*3*0001~" + END).encode("latin-1")


@pytest.mark.parametrize(
    "segment", ["BIN*9*a~SE*1*1~", "BDS*ASB*4*~*~~", "BIN*2*~~", "BIN*9*\nISA*00*~", "BIN*5*\xff\x00\x85é~"]
)
@pytest.mark.parametrize("chunk", [1, 6, 4096])
def test_the_content_of_a_binary_segment_is_passed_over(segment: str, chunk: int) -> None:
    data = with_binary(segment)
    assert told(data, chunk) == told(data, 1 << 20)
    unwrapped = unwrap(data, "in.edi")
    assert problems_of(unwrapped) == []
    assert parts(unwrapped) == ["ST*841*0001", segment, "SE*3*0001"]


@pytest.mark.parametrize(
    ("segment", "problem"),
    [
        ("BIN*3*abcd", "element.too_long"),
        ("BIN*9*abcd", "element.too_short"),
        ("BDS*ASB*900000000*a", "element.too_short"),
    ],
)
def test_a_wrong_length_of_a_binary_segment(segment: str, problem: str) -> None:
    unwrapped = unwrap(with_binary(segment), "in.edi")
    assert problem in problems_of(unwrapped)
    assert parts(unwrapped)[1].startswith(segment)
    first = next(f for f in faults(unwrapped) if f.problem == problem)
    assert (first.where.segment, first.where.segment_number) == (segment[:3], 2)


def test_a_small_mistake_of_a_length_costs_no_other_segment() -> None:
    unwrapped = unwrap(with_binary("BIN*7*abcd"), "in.edi")
    assert problems_of(unwrapped) == ["element.too_short"]
    assert parts(unwrapped) == ["ST*841*0001", "BIN*7*abcd", "SE*3*0001"]


@pytest.mark.parametrize(
    ("content", "size"), [("é~SE*", 6), ("é~→~🚀", 11), ("a~é", 4), ("~" * 5, 5), ("é→", 5)]
)
def test_lengths_of_utf_8_count_bytes_behind_wrong_ones_too(content: str, size: int) -> None:
    assert len(content.encode()) == size
    parts_of = [
        "ST*841*0001",
        "BIN*900*é",
        f"BIN*{size}*{content}",
        "BIN*1*é→",
        f"BIN*{size}*{content}",
        "SE*6*1",
    ]
    assert segments("".join(f"{part}~" for part in parts_of), Delimiters()) == parts_of


@pytest.mark.parametrize(
    "segment", ["BIN*2000000*é~", "BIN*2000000*e~", "BIN*10*x~", "BIN*1*x~", "BDS*ASB*3*é~"]
)
def test_wrong_lengths_of_binary_segments_cost_their_length(segment: str) -> None:
    def seconds(count: int) -> float:
        data = with_binary((segment * count)[:-1])
        started = time.process_time()
        parts(unwrap(data.decode("latin-1").encode(), ""))
        return time.process_time() - started

    few, many = (min(seconds(count) for _ in range(3)) for count in (1_000, 8_000))
    assert many < 24 * few + 0.02  # eight times is right; sixty-four would be quadratic


def test_a_long_binary_content_comes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "~ST*850*" * 1000
    data = with_binary(f"BIN*{len(content)}*{content}")
    monkeypatch.setattr(scan, "LONGEST", 1000)
    runs = [e for e in events(io.BytesIO(data), "", chunk=500) if isinstance(e, SetText)]
    assert sum(not run.whole for run in runs) > 10
    assert b"".join(r.data for r in runs) in data
    assert problems_of(unwrap(data, "")) == []


@pytest.mark.parametrize("chunk", [100, 4096, 1 << 20])
def test_a_segment_without_end_is_an_error_of_its_set(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(scan, "LONGEST", 1000)
    data = FILE.replace("4711", "4711" * 1000).encode()
    found = told(data, chunk)
    assert found == told(data, 2000)
    ends = next(e for e in found if isinstance(e, SetEnds))
    assert [(f.problem, f.where.segment, f.where.segment_number) for f in ends.findings] == [
        ("segment.element_errors", "BEG", 2)
    ]
    assert ends.segments == 4


# --- size


def small_sets() -> Iterator[bytes]:
    yield (ISA + GS).encode()
    for number in itertools.count(1):
        body = "BEG*00*SA*4711**20250110~" + "PO1*1*2*EA*3.50**UP*012345678905~" * 20
        yield f"ST*850*{number:09d}~{body}SE*23*{number:09d}~".encode()


def one_set() -> Iterator[bytes]:
    yield (ISA + GS + "ST*846*0001~").encode()
    while True:
        yield b"LIN**UP*012345678905*VP*SKU1~QTY*33*12~" * 1000


def nothing_of_x12() -> Iterator[bytes]:
    while True:
        yield b"not a word of X12, and no VISA*12*34* either\n" * 1000


def faults_only() -> Iterator[bytes]:
    yield ISA.encode()
    while True:
        yield b"XYZ*1~SE*1*1~GE*1*1~" * 1000


def no_terminator() -> Iterator[bytes]:
    yield (ISA + GS + "ST*850*0001~").encode()
    while True:
        yield b"BEG*" * 1000


KINDS = {f.__name__: f for f in (small_sets, one_set, nothing_of_x12, faults_only, no_terminator)}


def peak_of(kind: str, megabytes: int) -> int:
    """Read a made file in a process of its own; return by how many kB its memory grew."""
    program = f"""
        import resource
        from tests.unit.x12.test_stream import KINDS, Made, events
        def read(size):
            for _ in events(Made(KINDS[{kind!r}](), size), "made"):
                pass
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(-read(4_000_000) + read({megabytes}_000_000))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout)  # kB, as Linux counts


@pytest.mark.parametrize(("kind", "megabytes"), [("small_sets", 8), ("one_set", 30), ("nothing_of_x12", 10)])
def test_the_memory_does_not_grow_with_the_file(kind: str, megabytes: int) -> None:
    assert peak_of(kind, megabytes) < 3000


@pytest.mark.parametrize("kind", ["nothing_of_x12", "faults_only", "no_terminator"])
def test_a_bad_file_costs_its_length(kind: str) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        for _ in events(Made(KINDS[kind](), size), "made", chunk=1 << 14):
            pass
        return time.process_time() - started

    assert seconds(600_000) < 12 * seconds(100_000) + 0.2  # six times is right; thirty-six would be quadratic
