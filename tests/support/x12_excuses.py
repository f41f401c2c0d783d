"""Where pyx12 4.0 and the hub are known to differ: each row is one case, says who is right, and excuses only that.

A row looks at one note that only one engine has. Most pair it with what the other says instead at the same place, so
that they excuse nothing by themselves. A row that excuses nothing in a run is stale, and the test says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from tests.support.pyx12_oracle import Note, Verdict
from tests.support.x12_differential import STOPPED, Case

#: Names of loops that X12 does not have, in pyx12's sentence.
GATHERING = r"Loop (HEADER|DETAIL|FOOTER|TABLE\w*) exceeded"
#: Codes that pyx12's own files write with a blank, so that it knows none of them: its words for the value and element.
BLANK_CODES = r"\((Z|N156)\) .*\[(1325|127)\]"

Fits = Callable[[Case, Note], bool]


def never(_case: Case, _note: Note) -> bool:
    """Excuse nothing on this side."""
    return False


class Row(NamedTuple):
    """One known difference. `hub` fits what only the hub says, `pyx12` what only pyx12 says."""

    name: str
    right: str  # hub, pyx12, or both: two ways to say the same
    why: str
    hub: Fits = never
    pyx12: Fits = never


def at(verdict: Verdict, note: Note, *codes: str, words: str = "") -> bool:
    """Say whether a verdict has one of the codes at the segment of a note, with some words in its sentence."""
    return any(
        n.position == note.position and n.code in codes and words in verdict.words[n] for n in verdict.notes
    )


def misplaced(case: Case, note: Note) -> bool:
    """Say whether the hub has no place for the segment of a note either."""
    codes = {"1", "2", "6", "7"}
    return any(n.position == note.position and not n.element and n.code in codes for n in case.ours.notes)


def says(case: Case, note: Note, words: str) -> bool:
    """Say whether pyx12's sentence of a note holds some words."""
    return words in case.theirs.words[note]


def lost(case: Case, note: Note) -> bool:
    """Say whether pyx12 found no place for the segment of a note."""
    return at(case.theirs, note, "1", words="not found")


def same_element(verdict: Verdict, note: Note) -> bool:
    """Say whether a verdict has anything on the element of a note."""
    spot = note.position, note.element
    return bool(note.element) and any((n.position, n.element) == spot for n in verdict.notes)


def elsewhere(verdict: Verdict, note: Note) -> bool:
    """Say whether a verdict misses the same segment at another place."""
    return any(n.code == "3" and not n.element and n.segment == note.segment for n in verdict.notes)


def after_a_lost_head(case: Case, note: Note) -> bool:
    """Say whether pyx12 took a segment before for lost, or one was missing, where the hub read on."""
    before = [n for n in case.theirs.notes if n.position <= note.position and lost(case, n)]
    missing = [n for n in case.ours.notes if n.position <= note.position and n.code == "3" and not n.element]
    return bool(before and missing) or any(not misplaced(case, n) for n in before)


def stands_later(case: Case, note: Note) -> bool:
    """Say whether a segment of the same id stands behind the place of a note."""
    return any(line[0] == note.segment for line in case.lines[note.position :])


def has_twins(case: Case, note: Note) -> bool:
    """Say whether a loop of the set has two places for segments of the same id."""
    loops = [state.loops for state in case.subject.checker.grammar.places.get(note.segment, ())]
    return len(loops) > len(set(loops))


def again(case: Case, note: Note) -> bool:
    """Say whether the head of the same loop stands directly before a segment (a loop with its head alone)."""
    here = case.lines[note.position - 1][0]
    return note.position > 1 and case.lines[note.position - 2][0] == here


def begun_anew(case: Case, note: Note) -> bool:
    """Say whether pyx12 took the head of a loop at a place that the hub has behind it, at or before a note."""
    return any(
        n.code == "7" and not n.element and n.position <= note.position and not at(case.theirs, n, *"1234567")
        for n in case.ours.notes
    )


ROWS = (
    Row(
        "pyx12 stops",
        "hub",
        "a composite with too many components makes pyx12 raise, as it looks for the name of one behind the last; "
        "so does a 278 of 004010X094A1 whose BHT02 names no map",
        hub=lambda c, n: STOPPED in c.theirs.notes,
        pyx12=lambda c, n: n == STOPPED,
    ),
    Row(
        "place of a known segment",
        "hub",
        "AK304 1 is for ids that X12 does not have; out of place is 2 (unexpected), 6 (not in the set) or 7 (late)",
        hub=lambda c, n: n.code in {"2", "6", "7"} and not n.element and lost(c, n),
        pyx12=lambda c, n: n.code == "1" and says(c, n, "not found") and misplaced(c, n),
    ),
    Row(
        "elements of a lost segment",
        "hub",
        "pyx12 does not look into a segment without a place; the sender mends all at once when it is told all",
        hub=lambda c, n: bool(n.element) and lost(c, n) and misplaced(c, n),
    ),
    Row(
        "wrong code of a segment with one place",
        "hub",
        "pyx12 takes a segment for unknown when its first code is not listed, and its place for empty; "
        "where no other of its id can stand, the code is what is wrong (AK403 1 or 7)",
        hub=lambda c, n: bool(n.element) and lost(c, n) and not misplaced(c, n),
        pyx12=lambda c, n: (
            (
                n.code == "1"
                and says(c, n, "not found")
                and any(m.element and m.position == n.position for m in c.ours.notes)
            )
            or (
                n.code == "3"
                and says(c, n, "missing")
                and any(
                    m.segment == n.segment and m.position < n.position and lost(c, m) for m in c.ours.notes
                )
            )
        ),
    ),
    Row(
        "element of a syntax note",
        "hub",
        "pyx12 says AK304 8 alone for a broken note; X12 wants the element that is missing or too much (AK403 2, 10)",
        hub=lambda c, n: (
            n.code in {"2", "10"} and bool(n.element) and at(c.theirs, n, "8", words="Syntax Error")
        ),
        pyx12=lambda c, n: n.code == "8" and says(c, n, "Syntax Error") and at(c.ours, n, "2", "10"),
    ),
    Row(
        "element too much",
        "hub",
        "pyx12 says AK304 8 alone for elements behind the last; X12 wants the first of them (AK403 3)",
        hub=lambda c, n: (
            n.code == "3" and bool(n.element) and at(c.theirs, n, "8", words="Too many elements")
        ),
        pyx12=lambda c, n: n.code == "8" and says(c, n, "Too many elements") and at(c.ours, n, "3"),
    ),
    Row(
        "whole composite",
        "hub",
        "pyx12 says AK304 8 alone for a composite that is missing or not used; X12 names it (AK403 1, 10)",
        hub=lambda c, n: n.code in {"1", "10"} and bool(n.element) and at(c.theirs, n, "8", words="omposite"),
        pyx12=lambda c, n: n.code == "8" and says(c, n, "omposite") and at(c.ours, n, "1", "10"),
    ),
    Row(
        "one fault a value",
        "hub",
        "pyx12 says of one wrong value that it is too short, no code and no date; the first says what to mend",
        pyx12=lambda c, n: same_element(c.ours, n),
    ),
    Row(
        "another fault of the same value",
        "both",
        "of several faults of one value the hub names the one that is nearest to the cause",
        hub=lambda c, n: same_element(c.theirs, n),
    ),
    Row(
        "empty segment",
        "both",
        "pyx12 also says AK304 8 of a segment without elements, besides the elements that it lacks",
        pyx12=lambda c, n: says(c, n, "is empty"),
    ),
    Row(
        "id with the wrong length",
        "hub",
        "pyx12 says once more that the id is no id, at the segment behind it",
        pyx12=lambda c, n: says(c, n, "Segment identifier"),
    ),
    Row(
        "count of levels and lines",
        "both",
        "pyx12 wants HL01 and LX01 to count 1, 2, 3 ... as health guides do; X12 wants HL01 unique",
        pyx12=lambda c, n: n.code in {"HL1", "LX"},
    ),
    Row(
        "parent of a level",
        "both",
        "pyx12 has a code of its own where HL02 names no level before; the hub says AK403 7 at the element",
        hub=lambda c, n: c.ours.words[n].startswith("hierarchy"),
        pyx12=lambda c, n: n.code == "HL2",
    ),
    Row(
        "loops that only gather others",
        "hub",
        "HEADER, DETAIL and FOOTER are no loops of X12: a segment that stands twice there is AK304 5, not 4",
        hub=lambda c, n: n.code == "5" and not n.element and at(c.theirs, n, "4"),
        pyx12=lambda c, n: n.code == "4" and re.match(GATHERING, c.theirs.words[n]) is not None,
    ),
    Row(
        "separator in a simple element",
        "pyx12",
        "a component separator may not occur in data; the hub reads it as text where no composite stands, "
        "as senders of free text do not know about separators",
        pyx12=lambda c, n: n.code == "6" and says(c, n, "invalid composite"),
    ),
    Row(
        "date by its qualifier",
        "pyx12",
        "element 1251 is text in X12; pyx12 holds it against the format in the element before it (D8, RD8, TM)",
        pyx12=lambda c, n: n.code in {"8", "9"} and says(c, n, "[1251]"),
    ),
    Row(
        "pattern of an element",
        "pyx12",
        "regular expressions of maps are not imported; the import says so",
        pyx12=lambda c, n: n.code == "7" and says(c, n, "regular expression"),
    ),
    Row(
        "code with a blank in the map",
        "hub",
        "two codes stand with a blank behind them in pyx12's files, so that it refuses what its guide allows",
        pyx12=lambda c, n: n.code == "7" and re.search(BLANK_CODES, c.theirs.words[n]) is not None,
    ),
    Row(
        "decimal point at the end",
        "hub",
        "type R may end with its decimal point",
        pyx12=lambda c, n: n.code == "6" and re.search(r"type R.*\(-?\d+\.\)", c.theirs.words[n]) is not None,
    ),
    Row(
        "listed code of another length",
        "both",
        "a map lists codes that are longer or shorter than their element; the hub takes a listed code as it is",
        pyx12=lambda c, n: n.code in {"4", "5"} and bool(n.element) and not same_element(c.ours, n),
    ),
    Row(
        "elements of ST and SE",
        "hub",
        "pyx12 keeps what is wrong in ST and SE for AK502 and does not say it at the element",
        hub=lambda c, n: n.segment in {"ST", "SE"} and bool(n.element),
    ),
    Row(
        "place of a missing segment",
        "hub",
        "pyx12 says that a segment is missing at the next one that it finds a place for, the hub at the very next",
        hub=lambda c, n: n.code == "3" and not n.element and elsewhere(c.theirs, n),
        pyx12=lambda c, n: n.code == "3" and not n.element and elsewhere(c.ours, n),
    ),
    Row(
        "what follows a lost head",
        "hub",
        "when the head of a loop is missing or wrong pyx12 finds no place for what follows; the hub reads on",
        hub=lambda c, n: n.code in {"2", "3", "4", "5", "7"} and not n.element and after_a_lost_head(c, n),
        pyx12=lambda c, n: n.code in {"1", "3", "4", "5"} and not n.element and after_a_lost_head(c, n),
    ),
    Row(
        "element of a segment behind a lost head",
        "hub",
        "pyx12 takes a segment for the one of an outer loop, where it stands once too often, when the loop around it "
        "had no place: what it says of its elements is by the wrong description",
        pyx12=lambda c, n: (
            bool(n.element) and at(c.theirs, n, "5", words="exceeded max") and after_a_lost_head(c, n)
        ),
    ),
    Row(
        "gathering loop that begins anew",
        "hub",
        "pyx12 does not count a loop that only gathers others when its first part is a loop: it begins DETAIL again "
        "for the 2000A (ENT 2L) of an 820 behind a 2000B, where its map wants 2000A first and once; what follows "
        "it holds by 2000A, the hub by 2000B",
        hub=lambda c, n: (
            (n.code == "7" and not n.element and begun_anew(c, n))
            or (bool(n.element) and n.segment == "RMR" and begun_anew(c, n))
        ),
    ),
    Row(
        "LS without LE, LE without LS",
        "hub",
        "pyx12 takes LS and LE for any other segment, both optional; they are a pair around their loop",
        hub=lambda c, n: (
            n.code == "3"
            and n.segment in {"LS", "LE"}
            and re.search("closes nothing|has no LE", c.ours.words[n]) is not None
        ),
    ),
    Row(
        "inside of a loop that only gathers others",
        "hub",
        "when all of HEADER is missing pyx12 says so once, by its first segment; the hub names each mandatory one",
        hub=lambda c, n: n.code == "3" and not n.element and at(c.theirs, n, "3", words="(HEADER) missing"),
    ),
    Row(
        "loops in any order",
        "hub",
        "of loops at one position pyx12 says that one is missing when another stands first, though it may still come",
        pyx12=lambda c, n: n.code == "3" and says(c, n, "Mandatory loop") and stands_later(c, n),
    ),
    Row(
        "two places of one id in a loop",
        "hub",
        "pyx12 counts segments by path, so that two places of the same id in one loop share their most",
        pyx12=lambda c, n: n.code == "5" and says(c, n, "exceeded max count") and has_twins(c, n),
    ),
    Row(
        "blanks at the end",
        "both",
        "X12 asks senders to trim text; pyx12 refuses what is not, the hub takes it as it means the same",
        pyx12=lambda c, n: n.code == "6" and says(c, n, "trailing spaces"),
    ),
    Row(
        "length of binary content",
        "hub",
        "BIN01 says how long BIN02 is; pyx12 does not compare them",
        hub=lambda c, n: n.segment == "BIN" and bool(n.element),
    ),
    Row(
        "loop of its head alone",
        "hub",
        "pyx12 does not look for what a loop lacks when its head stands twice in a row",
        hub=lambda c, n: n.code == "3" and not n.element and again(c, n),
    ),
)


def unexcused(case: Case, used: dict[str, int]) -> list[str]:
    """Return what no row excuses; count in `used` the rows that excuse something."""
    left = []
    for side, notes in (
        ("hub", case.ours.notes - case.theirs.notes),
        ("pyx12", case.theirs.notes - case.ours.notes),
    ):
        for note in sorted(notes):
            row = next((r for r in ROWS if getattr(r, side)(case, note)), None)
            if row is None:
                words = (case.ours if side == "hub" else case.theirs).words[note]
                left.append(f"{side} {tuple(note)} {words}")
            else:
                used[row.name] = used.get(row.name, 0) + 1
    return left
