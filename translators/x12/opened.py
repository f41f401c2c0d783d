"""The groups and sets of one interchange as they are read: what they hold, count and repeat.

A control number of a group (GS06) should stand once in an interchange, and real partners repeat it. The rule here loses
no order and takes none twice:

- Another GS01 has the number: a warning. An acknowledgment tells them apart by AK101.
- The same GS01 has it, with other sets: a warning. Both groups are taken.
- The same GS01 has it, with the same sets: it is a copy, and an error. The first group was taken; the sender is told
  that the second was not. Sets are the same that have the same ST and the same beginning (there stands the number of
  the document) and are equally long.

Where an interchange has too many groups to remember them all (MOST_GROUPS), one that repeats a number counts as a copy:
it is refused, and the sender is told.
"""

from __future__ import annotations

from msgspec.structs import replace

from hub.model import problems
from hub.model.envelope import Envelope
from hub.model.finding import Finding
from translators.x12.control import (
    At,
    binary_length,
    group_control,
    over_long,
    repeated_group,
    same_control,
    set_header,
    trailer_count,
)
from translators.x12.events import GroupBegins, GroupEnds, SetBegins, SetEnds
from translators.x12.groups import group_holds, group_release, set_in_group
from translators.x12.numbers import Numbers
from translators.x12.sets import doctype
from translators.x12.tokens import BINARY, BLANKS

MOST_GROUPS = 2_000
MOST_NOTED = 100  # binary and over-long segments of one set
_BEGINNING = 200  # characters of a set that hold its numbers
_MOST_KINDS = 100  # different ST01 of a group that are remembered


class Groups:
    """The groups of an interchange that are over: their numbers, and what sets they held."""

    def __init__(self) -> None:
        self._numbers = Numbers()
        self._contents: dict[tuple[str, str], set[int]] = {}
        self._room = MOST_GROUPS
        self.count = 0

    def repeats(self, group: Group) -> list[Finding]:
        """Note a group that is over; return the finding on its number when that was used before."""
        self.count += 1
        key = group.envelope.functional_id, group.envelope.group_control
        new = self._numbers.add(group.envelope.group_control)
        known = self._contents.get(key, set())
        copy = not new and (group.contents in known or not self._room)
        if self._room and not copy:
            self._room -= 1
            self._contents.setdefault(key, set()).add(group.contents)
        return [] if new else [repeated_group(group.at, group.envelope.group_control, copy=copy)]


class Group:
    """The group that is open. `contents` stands for its sets so far: equal for equal sets."""

    def __init__(self, base: Envelope, gs: list[str], at: At) -> None:
        self.at = at
        self.envelope = replace(
            base,
            functional_id=gs[1],
            group_sender=gs[2],
            group_receiver=gs[3],
            group_control=gs[6],
            release=gs[8],
        )
        self.contents = 0
        self._sets = 0
        self._kinds: set[str] = set()
        self._controls = Numbers()

    def begins(self) -> GroupBegins:
        """Return the event of the GS."""
        envelope = self.envelope
        faults = group_control(self.at, envelope.group_control) + group_release(self.at, envelope.release)
        return GroupBegins(envelope, tuple(faults))

    def begin_set(self, st: list[str], at: At) -> tuple[SetBegins, OpenSet]:
        """Open a set by its ST (four elements or more)."""
        self._sets += 1
        if len(self._kinds) < _MOST_KINDS:
            self._kinds.add(st[1])
        envelope = replace(self.envelope, set_id=st[1], set_control=st[2], set_guide=st[3])
        findings = set_header(at, st[1], st[2], used=not self._controls.add(st[2]))
        findings += set_in_group(at, st[1], envelope.functional_id)
        return SetBegins(doctype(st[1]), envelope, at.offset, tuple(findings)), OpenSet(st[2])

    def end_set(self, one: OpenSet) -> None:
        """Note a set that is over."""
        self.contents = hash((self.contents, one.beginning, one.size))

    def ends(self, at: At, ge: list[str] | None, groups: Groups) -> GroupEnds:
        """Close the group by its GE, or by its absence (None) before the segment at `at`."""
        findings = groups.repeats(self)
        if ge is None:
            fault = at.fault(problems.GE_MISSING, "the group has no GE", hint="close each GS with a GE")
            findings.append(fault)
        else:
            findings += trailer_count(at, problems.GE_COUNT, ge[1], self._sets, "sets")
            findings += same_control(at, problems.GE_CONTROL, ge[2], "GS06", self.envelope.group_control)
        findings += group_holds(self.at, self.envelope.functional_id, self._kinds)
        return GroupEnds(ge[1] if ge else "", tuple(findings))


class OpenSet:
    """The set that is open: the segments counted so far, its size in characters, and how it begins."""

    __slots__ = ("_findings", "_inside", "_tag", "beginning", "control", "segments", "size")

    def __init__(self, control: str) -> None:
        self.control = control
        self.segments = 0
        self.size = 0
        self.beginning = ""
        self._inside = False  # in the midst of a segment ...
        self._tag = ""  # ... with this id
        self._findings: list[Finding] = []

    def take(self, text: str, terminator: str) -> None:
        """Count a run of segments. One without a terminator counts, an empty line does not."""
        self._grow(text)
        if terminator in BLANKS:
            first, *others = text.split(terminator)
            self.segments += self._inside or bool(first.strip(BLANKS))
            self.segments += sum(1 for other in others if other.strip(BLANKS))
        else:
            self.segments += text.count(terminator)
            if not text.endswith(terminator):
                self.segments += bool(text[text.rfind(terminator) + 1 :].strip(BLANKS + terminator))
        self._inside = False

    def take_part(self, text: str, at: At) -> None:
        """Take a part of a segment that is longer than any may be. `at` is where it begins."""
        self._grow(text)
        if not self._inside:
            self._tag = text.lstrip(BLANKS)[:3]
            if self._tag not in BINARY:
                self._note(over_long(replace(at, segment=self._tag if self._tag.isalnum() else "")))
        self._inside = True

    def take_binary(self, text: str, fault: str, at: At) -> None:
        """Count one binary segment, and note what is wrong with its length."""
        self._grow(text)
        self.segments += bool(text)
        if fault:
            self._note(binary_length(at if at.segment else replace(at, segment=self._tag), fault))

    def count(self) -> int:
        """Return the number of segments when no more come."""
        return self.segments + self._inside

    def ends(self, se: list[str] | None, at: At) -> SetEnds:
        """Close the set by its SE, or by its absence (None), at the last segment counted."""
        if se is None:
            hint = "the set was cut off; send it again, complete"
            self._findings.append(at.fault(problems.SE_MISSING, "the set has no SE", hint=hint))
        else:
            what = "segments, ST and SE included"
            self._findings += trailer_count(at, problems.SE_COUNT, se[1], at.number, what)
            self._findings += same_control(at, problems.SE_CONTROL, se[2], "ST02", self.control)
        return SetEnds(at.number, tuple(self._findings))

    def _grow(self, text: str) -> None:
        self.size += len(text)
        if len(self.beginning) < _BEGINNING:
            self.beginning += text[: _BEGINNING - len(self.beginning)]

    def _note(self, finding: Finding) -> None:
        if len(self._findings) < MOST_NOTED:
            self._findings.append(finding)
