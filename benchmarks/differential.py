"""`make differential`: both engines over thousands of documents, and a table of where they differ and why.

    python -m benchmarks.differential [DOCUMENTS A SET] [FIRST SEED]

Ends with status 1 when a difference has no row in `tests/support/x12_excuses.py`, or a row no difference.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from itertools import chain
from pathlib import Path

from tests.support.x12_differential import compare, health_subjects, judge, own_subjects, rare
from tests.support.x12_excuses import ROWS, unexcused
from translators.x12.rules.source import SHIPPED

#: Health care guides have few sets and many places: so many times more documents of each.
HEALTH = 8


def run(documents: int, first: int) -> int:
    """Compare so many documents of each of our sets; print the table; return the exit status."""
    counts: Counter[str] = Counter()
    used: Counter[str] = Counter()
    turned: Counter[str] = Counter()  # by row: documents that one engine accepts and the other refuses
    with tempfile.TemporaryDirectory() as made:
        health = health_subjects(Path(made, "health"))
        own = [one for name in SHIPPED.releases() for one in own_subjects(Path(made, "own"), name)]
        subjects = health + own
        for at, subject in enumerate(subjects):
            number = documents * HEALTH if at < len(health) else documents
            chosen = judge(subject, rare(subject))
            for case in chain(compare(subject, range(first, first + number)), chosen):
                rows: dict[str, int] = {}
                left = unexcused(case, rows)
                used.update(rows)
                if case.ours.accepted != case.theirs.accepted:
                    turned.update(dict.fromkeys(rows, 1))
                counts["documents"] += 1
                counts["the same verdict"] += case.ours.accepted == case.theirs.accepted
                counts["the same codes at the same places"] += case.ours.notes == case.theirs.notes
                counts["differences without a row"] += bool(left)
                if left:
                    print(case, *left, sep="\n")
    for name, count in [("sets", len(subjects)), *counts.items()]:
        print(f"{count:7} {name}")
    print("  notes, of them in documents with another verdict:")
    for row in ROWS:
        print(f"{used[row.name]:7} {turned[row.name]:7} {row.name} (right: {row.right})")
    return int(bool(counts["differences without a row"]) or len(used) < len(ROWS))


if __name__ == "__main__":
    sys.exit(run(int([*sys.argv[1:], "30"][0]), int([*sys.argv[2:], "0"][0])))
