"""What an optional compiled wheel would give: `python -m benchmarks.compiled` (needs mypy and a C compiler).

Copies the source, compiles the inner modules of the check and the generated functions of three sets with mypyc,
unchanged, and checks the same documents with both, in processes of their own. Prints CPU time a segment, best of
several rounds.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_PROJECT = Path(__file__).parents[1]
_MODULES = ("rules/values", "rules/walk", "rules/grammar", "rules/relations", "rules/totals")
_SETS = ("850", "846", "856")
_CHECK = """
import importlib, sys, time
from benchmarks import generate
from translators.x12.rules import cache
from translators.x12.translator import X12Translator
if "compiled" in sys.argv:
    def generated(key, name, source):
        set_id = source().split("must be")[0].split()[-2]
        return getattr(importlib.import_module(f"generated_{set_id}"), name)
    cache.generated = generated
files = {"850": generate.orders(300), "846": generate.advices(2_000_000), "856": generate.notices(2_000_000)}
x12 = X12Translator()
for name, data in files.items():
    (interchange,) = x12.unwrap(data, "generated.edi", None).interchanges
    sets = [one for group in interchange.groups for one in group.sets]
    best = float("inf")
    for _ in range(7):
        began = time.process_time()
        for one in sets:
            assert not x12.check(one.payload, one.envelope, one.document, None)
        best = min(best, time.process_time() - began)
    print(name, best / data.count(b"~") * 1e6)
"""


def main() -> None:
    """Compile, measure and print."""
    with tempfile.TemporaryDirectory(prefix="hub-compiled-") as made:
        folder = Path(made)
        for part in ("hub", "translators", "benchmarks"):
            shutil.copytree(_PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "check.py").write_text(_CHECK)
        plain = _measure(folder, "plain")
        _compile(folder)
        compiled = _measure(folder, "compiled")
    print("check of generated documents, CPU us a segment: plain Python, compiled with mypyc, times as fast")
    for name in _SETS:
        print(f"  {name}  {plain[name]:6.2f}  {compiled[name]:6.2f}  {plain[name] / compiled[name]:5.1f}")


def _compile(folder: Path) -> None:
    from translators.x12.rules.compiled import source_of

    for name in _SETS:
        (folder / f"generated_{name}.py").write_text(source_of("004010", name))
    files = [f"translators/x12/{module}.py" for module in _MODULES] + [
        f"generated_{name}.py" for name in _SETS
    ]
    command = [sys.executable, "-m", "mypyc", "--ignore-missing-imports", *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"mypyc failed; is there a C compiler?\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _measure(folder: Path, how: str) -> dict[str, float]:
    command = [sys.executable, "check.py", how]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


if __name__ == "__main__":
    main()
