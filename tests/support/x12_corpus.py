"""The X12 files of the corpus: which there are, what their source says of them, and what we find fatal in each."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.model.finding import Finding
from translators.x12.characters import AS_IT_COMES, Reading
from translators.x12.checked import checked
from translators.x12.events import (
    Event,
    GroupBegins,
    GroupEnds,
    InterchangeBegins,
    InterchangeEnds,
    Loose,
    SetBegins,
    SetEnds,
)
from translators.x12.stream import events

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

#: Faults of ST and SE: they say which set they are of by themselves.
_OF_A_SET = ("st.", "se.", "set.")


def sources() -> dict[str, str]:
    """Return what the source says of each X12 file, by its path below the corpus: "valid", "broken: why" ..."""
    with (CORPUS / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        rows = csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["path"]: row["valid_or_broken"] for row in rows if row["family"] == "x12"}


def found(path: str, reading: Reading = AS_IT_COMES) -> list[tuple[str, Finding]]:
    """Return what is found in a file of a stranger, with names: "850 PO103 element.too_long", "group GE01 ge.count"."""
    with (CORPUS / path).open("rb") as file:
        return list(_named(checked(events(file, path, reading))))


def fatal(found: Iterable[tuple[str, Finding]]) -> Counter[str]:
    """Count the fatal findings by their names."""
    return Counter(name for name, finding in found if finding.fatal)


def _named(stream: Iterable[Event]) -> Iterator[tuple[str, Finding]]:
    """Yield each finding with its name: what it is of (a set by its ST01), the place, the problem."""
    set_id = ""
    for event in stream:
        if isinstance(event, SetBegins):
            set_id = event.envelope.set_id  # its findings come again with SetEnds
            continue
        for finding in _findings(event):
            scope = "" if finding.problem.startswith(_OF_A_SET) else _scope(event) or set_id
            yield " ".join(filter(None, (scope, finding.where.name.strip(), finding.problem))), finding


def _scope(event: Event) -> str:
    if isinstance(event, Loose):
        return "file"
    if isinstance(event, InterchangeBegins | InterchangeEnds):
        return "interchange"
    return "" if isinstance(event, SetEnds) else "group"


def _findings(event: Event) -> tuple[Finding, ...]:
    if isinstance(event, Loose):
        return (event.finding,)
    if isinstance(event, InterchangeBegins | InterchangeEnds | GroupBegins | GroupEnds | SetEnds):
        return event.findings
    return ()
