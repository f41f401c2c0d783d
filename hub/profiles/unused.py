"""The keys that a profile may hold and that nothing acts on yet: `hub partner lint` says so at each.

They stay valid because an agreement is worth writing down before a clock watches it.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.model import problems
from hub.model.finding import Finding, Severity
from hub.profiles.merging import Draft
from hub.toml.positions import KeyPath

#: One row per key; its comment in `hub.model.partner` ends with the same words as the note.
UNUSED: tuple[KeyPath, ...] = (
    ("obligations", "we_owe", "functional_ack"),
    ("obligations", "we_owe", "order_acknowledgment"),
    ("obligations", "we_owe", "ship_notice"),
    ("obligations", "we_owe", "invoice"),
    ("obligations", "they_owe", "order_acknowledgment"),
    ("obligations", "they_owe", "ship_notice"),
)
SAID = "not used yet: no clock runs"


def unused_keys(draft: Draft) -> Iterator[Finding]:
    """Yield a note for each key that somebody wrote, in the profile or its templates, and nothing reads."""
    for path in UNUSED:
        if path in draft.places:
            message = f'"{".".join(map(str, path))}" is {SAID}'
            hint = "of all obligations this version watches they_owe.functional_ack alone"
            yield Finding(problems.CONFIG_UNUSED, message, Severity.NOTE, draft.places[path], hint=hint)
