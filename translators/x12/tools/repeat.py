"""What a file says other than an earlier one that has the same control number: notes for whoever must decide."""

from __future__ import annotations

import io
from itertools import islice

from hub.model import problems
from hub.model.finding import Finding, Severity, Where
from translators.x12.accounts import hidden_account
from translators.x12.tools.diff import Difference, differences
from translators.x12.tools.diff_keys import Text, texts
from translators.x12.tools.legible import legible
from translators.x12.tools.reading import Rules

#: So many differences are named, and files up to so many bytes are compared.
MOST_NOTES, MOST_BYTES = 30, 10_000_000


def notes_on_repeat(before: bytes, after: bytes) -> tuple[Finding, ...]:
    """Return the differences of two files by meaning, a note each; one too large to compare is told so."""
    if max(len(before), len(after)) > MOST_BYTES:
        message = f"too large to compare here ({len(after):,} bytes); use `hub x12 diff`"
        return (Finding(problems.DIFFERENCE, message, Severity.NOTE),)
    rules = Rules()
    found = list(islice(differences(_texts(before, rules), _texts(after, rules)), MOST_NOTES + 1))
    notes = [_note(one) for one in found[:MOST_NOTES]]
    if len(found) > MOST_NOTES:
        notes.append(Finding(problems.DIFFERENCE, "and more; use `hub x12 diff`", Severity.NOTE))
    return tuple(notes)


def _texts(data: bytes, rules: Rules) -> list[Text]:
    return list(texts(io.BytesIO(data), "", rules))


def _note(one: Difference) -> Finding:
    of = f"{one.set}: " if one.set else ""
    old, new = (legible(hidden_account(one.place, value), 120) for value in (one.old, one.new))
    if one.kind == "changed":
        said = f"{old or 'nothing'} became {new or 'nothing'}"
    else:
        said = f"{new} is new" if one.kind == "added" else f"{old} is gone"
    return Finding(problems.DIFFERENCE, f"{of}{one.place}: {said}", Severity.NOTE, Where(), new)
