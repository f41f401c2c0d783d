"""The score of `PAIRS.tsv`: how much of what converters of others made of a file we read of it as well.

python -m benchmarks.pairs        a line for each group of conversions, and the paths that differ most
"""

from __future__ import annotations

import re
from collections import Counter

from tests.support.pairs import CORPUS, score


def main() -> int:
    """Print the table; without the corpus, that there is none."""
    if not CORPUS.is_dir():
        print("the corpus is not on this machine")
        return 0
    found = score()
    groups: dict[str, list[tuple[int, int]]] = {}
    paths: Counter[str] = Counter()
    for pair in found.compared:
        name = f"{pair.input.split('/')[0]} -> {pair.output.rpartition('.')[2]} {pair.document}"
        groups.setdefault(name, []).append((pair.equal, pair.equal + len(pair.differing)))
        paths.update(re.sub(r"\[\d+\]", "[]", text.partition(":")[0]) for text in pair.differing)
    for name, scores in sorted(groups.items()):
        equal, all_ = (sum(column) for column in zip(*scores, strict=True))
        print(f"{name:40} {len(scores):4} pairs  {equal:6} of {all_:6} values  {equal / all_:7.2%}")
    print("\nnot compared (a side is no document that we know, or they are not of one number):")
    for name, count in sorted(found.left_out.items()):
        print(f"  {name:40} {count:4}")
    print("\nwhere they differ most:", ", ".join(f"{path} {count}" for path, count in paths.most_common(12)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
