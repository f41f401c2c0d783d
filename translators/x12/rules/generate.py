"""The accept path: one generated Python function a segment, which says yes or no and nothing else.

`function(elements, component, repetition)` is true when the segment is in order. It tests the elements from left
to right and returns at the last one that is there. What is wrong with a refused segment is found
by `explain`, which must refuse exactly the same segments (a property test holds this).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from translators.x12.rules.dictionary import Element, Note, Segment, Use
from translators.x12.rules.values import is_date, is_time, real, whole

Accept = Callable[[Sequence[str], str, str], bool]


def accept_function(segment: Segment) -> Accept:
    """Compile the accept function of one segment."""
    if not segment.described:
        return _anything
    writer = _Writer()
    source = writer.function(segment)
    names: dict[str, Any] = {
        "is_date": is_date,
        "is_time": is_time,
        "real": real,
        "whole": whole,
        **writer.constants,
    }
    exec(compile(source, f"<x12 {segment.id}>", "exec"), names)  # noqa: S102 - our own source, from our own data
    function: Accept = names["accept"]
    return function


def _anything(_elements: Sequence[str], _component: str, _repetition: str) -> bool:
    return True


class _Writer:
    """Writes the source of one function and keeps the code sets that it refers to."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}

    def function(self, segment: Segment) -> str:
        """Return the source of `accept(e, c, r)`, where e[0] is the segment id."""
        lines = ["def accept(e, c, r):", " n = len(e)", f" if n > {len(segment.uses) + 1}: return False"]
        for at, use in enumerate(segment.uses, start=1):
            lines.append(f" if n == {at}: return {self._end(segment, at)}")
            lines.append(f" v = e[{at}]")
            lines += self._value(use, at)
            lines += [
                f" if not ({_condition(note, len(segment.uses) + 1)}): return False"
                for note in segment.notes
                if max(note.positions) == at
            ]
        lines.append(" return True")
        return "\n".join(lines)

    def _end(self, segment: Segment, count: int) -> str:
        """Return what decides a segment that ends before position `count`."""
        if any(use.mandatory for use in segment.uses[count - 1 :]):
            return "False"
        cut = [
            _condition(note, count)
            for note in segment.notes
            if min(note.positions) < count <= max(note.positions)
            or (note.kind == "R" and count <= max(note.positions))
        ]
        return f"bool({' and '.join(f'({c})' for c in cut)})" if cut else "True"

    def _value(self, use: Use, at: int) -> list[str]:
        """Return the lines that test one element in `v`."""
        if use.repeats > 1:
            body = [
                f"  if v.count(r) >= {use.repeats}: return False",
                "  for v in v.split(r) if r else (v,):",
            ]
            body += [f"   {line}" for line in self._single(use, at)]
        else:
            body = [f"  {line}" for line in self._single(use, at)]
        lines = [" if v:", *body]
        return [*lines, " else: return False"] if use.mandatory else lines

    def _single(self, use: Use, at: int) -> list[str]:
        if not use.parts:
            return [f"if {self._bad(use.element, 'v', f'{at}')}: return False"]
        lines = ["p = v.split(c)", f"if len(p) > {len(use.parts)}: return False"]
        for index, part in enumerate(use.parts):
            test = f"len(p) > {index} and p[{index}]"
            lines.append(
                f"if {test} and ({self._bad(part.element, f'p[{index}]', f'{at}_{index}')}): return False"
            )
            if part.mandatory:
                lines.append(f"if not ({test}): return False")
        return lines

    def _bad(self, element: Element, value: str, key: str) -> str:
        """Return an expression that is true when a value that is there is wrong."""
        least, most = element.least, element.most
        length = f"len({value})"
        if element.codes is not None:
            self.constants[f"codes_{key}"] = element.codes
            return f"{value} not in codes_{key}"
        if element.kind == "DT":
            return f"not {least} <= {length} <= {most} or not is_date({value})"
        if element.kind == "TM":
            return f"not {least} <= {length} <= {most} or not is_time({value})"
        if element.kind == "R" or element.kind[0] == "N":
            point = ".replace('.', '', 1)" if element.kind == "R" else ""
            quick = f"(w := {value}{point}).isdecimal() and w.isascii() and {least} <= len(w) <= {most}"
            return f"not ({quick} or {'real' if element.kind == 'R' else 'whole'}({value}, {least}, {most}))"
        if least == most:
            return f"{length} != {least}"
        return f"{length} > {most}" if least == 1 else f"not {least} <= {length} <= {most}"


def _condition(note: Note, count: int) -> str:
    """Return the expression that holds when a note is kept, in a segment with `count` parts (id included)."""
    there = [f"e[{p}]" if p < count else "''" for p in note.positions]
    first, rest = there[0], there[1:]
    if note.kind == "P":
        return f"({' and '.join(there)}) or not ({' or '.join(there)})"
    if note.kind == "R":
        return " or ".join(there)
    if note.kind == "C":
        return f"not {first} or ({' and '.join(rest)})"
    if note.kind == "L":
        return f"not {first} or {' or '.join(rest)}"
    return " and ".join(f"not ({a} and {b})" for i, a in enumerate(there) for b in there[i + 1 :])
