"""`make differential`: both engines over thousands of documents, and a table of where they differ and why.

    python -m benchmarks.differential [DOCUMENTS A SET] [FIRST SEED]

Ends with status 1 when a difference has no row in `tests/support/x12_excuses.py`, or a row no difference.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.x12_differential import compare, health_subjects, own_subjects
from tests.support.x12_excuses import ROWS, unexcused
from translators.x12.rules.source import SHIPPED

#: Health care guides have few sets and many places: so many times more documents of each.
HEALTH = 8


def run(documents: int, first: int) -> int:
    """Compare so many documents of each of our sets; print the table; return the exit status."""
    counts: Counter[str] = Counter()
    used: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as made:
        health = health_subjects(Path(made, "health"))
        own = [one for name in SHIPPED.releases() for one in own_subjects(Path(made, "own"), name)]
        subjects = health + own
        for at, subject in enumerate(subjects):
            number = documents * HEALTH if at < len(health) else documents
            for case in compare(subject, range(first, first + number)):
                left = unexcused(case, used)
                counts["documents"] += 1
                counts["the same verdict"] += case.ours.accepted == case.theirs.accepted
                counts["the same codes at the same places"] += case.ours.notes == case.theirs.notes
                counts["differences without a row"] += bool(left)
                if left:
                    print(case, *left, sep="\n")
    for name, count in [("sets", len(subjects)), *counts.items()]:
        print(f"{count:7} {name}")
    for row in ROWS:
        print(f"{used.get(row.name, 0):7} {row.name} (right: {row.right})")
    return int(bool(counts["differences without a row"]) or len(used) < len(ROWS))


if __name__ == "__main__":
    sys.exit(run(int([*sys.argv[1:], "30"][0]), int([*sys.argv[2:], "0"][0])))
