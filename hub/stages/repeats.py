"""What a repeat says other than the document before it: a note for each field that differs."""

from __future__ import annotations

from hub.model import problems
from hub.model.differences import differences
from hub.model.documents import AnyDocument
from hub.model.finding import Finding, Severity, Where

#: So many differences are named one by one.
MOST_NOTES = 30

#: What the crosswalk fills in is not the partner's word.
_OURS = frozenset({"sku", "our_quantity", "our_unit", "unit_factor", "ours"})


def notes_on_repeat(before: AnyDocument, after: AnyDocument) -> tuple[Finding, ...]:
    """Return where two documents of one business key differ, as the partner wrote them."""
    found = [d for d in differences(before, after) if d.path.rpartition(".")[2] not in _OURS]
    notes = [
        Finding(problems.DIFFERENCE, str(one), Severity.NOTE, Where(path=one.path), one.after)
        for one in found[:MOST_NOTES]
    ]
    if len(found) > MOST_NOTES:
        message = f"and {len(found) - MOST_NOTES} more; `hub show --json` has both documents whole"
        notes.append(Finding(problems.DIFFERENCE, message, Severity.NOTE))
    return tuple(notes)
