"""What an acknowledgment says of a file of ours: a value to show, and its lines for people.

Made by `story.explain_ack`. A `Part` is what it speaks of (interchange, group, set or document) with the verdict, a
`Mark` is one fault beside the segment of ours that it means.
"""

from __future__ import annotations

from msgspec import Struct

from hub.model.finding import Finding

#: So much of a segment is shown around what is marked, in characters.
WIDEST = 100


class Mark(Struct, frozen=True, kw_only=True):
    """One fault that an acknowledgment names, and where it stands in our original.

    `text[begin:end]` is the element meant; both are 0 when the whole segment is. The finding's place counts
    segments from ST = 1, its message says the code in words, its hint what to do.
    """

    finding: Finding
    text: str = ""  # our segment, without terminator; empty when the original has none of that number
    begin: int = 0
    end: int = 0
    name: str = ""  # of the element, or of the segment, as the dictionary calls it
    remark: str = ""  # where the acknowledgment and the original do not agree

    def lines(self) -> list[str]:
        """Return the segment with the element marked, what is said of it, and what to do."""
        where = self.finding.where
        place = f"segment {where.segment_number}" if where.segment_number else where.segment or "all of it"
        shown = [place if not self.text else f"{place}:"]
        if self.text:
            shown += [f"  {line}" for line in self._marked()]
        name = where.name + (f" ({self.name})" if self.name else "")
        shown.append(f"  {name}: {self.finding.message}" if name else f"  {self.finding.message}")
        shown += [f"  but {self.remark}"] if self.remark else []
        shown += [f"  hint: {self.finding.hint}"] if self.finding.hint else []
        return shown

    def _marked(self) -> list[str]:
        """Return the segment, or the stretch of a long one around the mark, and a line that points at it."""
        start = max(0, min(self.begin - WIDEST // 3, len(self.text) - WIDEST))
        stretch = self.text[start : start + WIDEST]
        before, after = "..." * (start > 0), "..." * (start + WIDEST < len(self.text))
        visible = "".join(c if c.isprintable() else "?" for c in stretch)
        line = f"{before}{visible}{after}"
        if self.end == 0:
            return [line]
        signs = max(1, min(self.end, start + WIDEST) - self.begin)  # an empty element is pointed at too
        return [line, " " * (len(before) + self.begin - start) + "^" * signs]


class Part(Struct, frozen=True, kw_only=True):
    """One thing that an acknowledgment speaks of."""

    subject: str  # interchange 000000101 | group PR 101 | set 855 0001 | document PO 4711
    verdict: str  # A E P R M W X, or what they wrote
    words: str  # the verdict in words
    depth: int = 0  # 0 interchange or group, 1 set
    known: bool = True  # the original has it
    marks: tuple[Mark, ...] = ()
    remarks: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the verdict and its marks, indented by depth."""
        shown = [f"{self.subject}: {self.words}"]
        shown += [f"  {remark}" for remark in self.remarks]
        shown += [f"  {line}" for mark in self.marks for line in mark.lines()]
        return ["  " * self.depth + line for line in shown]


class Explanation(Struct, frozen=True, kw_only=True):
    """All that one file of acknowledgments says of one file of ours."""

    kind: str  # "997", "TA1", "997 and TA1" ...; empty when it is no acknowledgment
    parts: tuple[Part, ...] = ()
    remarks: tuple[str, ...] = ()  # what concerns the files as wholes

    @property
    def answers(self) -> bool:
        """Say whether it speaks of anything in the original."""
        return any(part.known for part in self.parts)

    @property
    def rejects(self) -> bool:
        """Say whether anything that the original holds is not accepted."""
        return any(part.known and part.verdict not in {"A", "E"} for part in self.parts)

    def lines(self) -> list[str]:
        """Return the explanation for people, one line each, without line ends."""
        head = [self.kind] if self.kind else []
        return [*head, *self.remarks, *(line for part in self.parts for line in part.lines())]
