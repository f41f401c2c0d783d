"""Runs the fuzzer: `python -m tests.fuzz.run SECONDS [TARGET]`. `make fuzz` calls it.

Every run takes another way; HUB_FUZZ_SEED (a number above 0) has it take the same again.

One process a target, which looks for new paths through `translators` until its share of the time is over. What it
finds on the way is kept in var/fuzz/corpus, so that the next run goes on from there; an input that breaks something is
written to var/fuzz and ends its target.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent / "corpus"
FOUND = ROOT / "var" / "fuzz"
#: Targets and their shares of the time.
SHARES = {"file": 0.7, "ack": 0.15, "source": 0.15}
LONGEST = 6000  # bytes of an input
OPTIONS = [f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=2000", "-verbosity=0", "-print_final_stats=1"]


def main(arguments: list[str]) -> int:
    """Fuzz every target, or the one that is named; return 1 when something broke."""
    if arguments[:1] == ["--child"]:
        return fuzz(arguments[1], arguments[2:])
    seconds = float(arguments[0]) if arguments else 60.0
    wanted = arguments[1:] or list(SHARES)
    whole = sum(SHARES[target] for target in wanted)
    broken = [target for target in wanted if not _run(target, seconds * SHARES[target] / whole)]
    for target in broken:
        print(
            f"{target}: something broke. The input is in {FOUND.relative_to(ROOT)}; when it is mended, keep it in"
        )
        print(f"  {(KEPT / target).relative_to(ROOT)}, where make test replays it.")
    return 1 if broken else 0


def _run(target: str, seconds: float) -> bool:
    """Fuzz one target in a process of its own; say whether all went well."""
    corpus, seeds = FOUND / "corpus" / target, FOUND / "seeds" / target
    for folder in (corpus, seeds):
        folder.mkdir(parents=True, exist_ok=True)
    for name, data in _seeds(target):
        (seeds / name).write_bytes(data)
    child = [sys.executable, "-m", "tests.fuzz.run", "--child", target]
    limits = [f"-max_total_time={max(1, round(seconds))}", f"-artifact_prefix={FOUND}/{target}-"]
    limits += [f"-seed={os.environ.get('HUB_FUZZ_SEED', '0')}"]  # 0: another one each time
    places = [str(corpus), str(KEPT / target), str(seeds)]
    print(f"{target}: {seconds:.0f} seconds", flush=True)
    return subprocess.run([*child, *OPTIONS, *limits, *places], cwd=ROOT, check=False).returncode == 0


def fuzz(target: str, options: list[str]) -> int:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["translators"]):
        from tests.fuzz.mutator import Mutator
        from tests.fuzz.targets import TARGETS

    pieces = [
        piece for _, data in _seeds(target) for piece in data.replace(b"~", b"\n").splitlines() if piece
    ]
    mutator = Mutator(pieces)
    atheris.Setup([target, *options], TARGETS[target], custom_mutator=getattr(mutator, target))
    atheris.Fuzz()
    return 0


def _seeds(target: str) -> Iterator[tuple[str, bytes]]:
    """Yield what to begin with, by name: our own samples and examples, never a partner's file."""
    if target == "source":
        yield from _sources()
        return
    files = dict(_files())
    if target == "file":
        yield from files.items()
        return
    yield from _acknowledgments(files)


def _files() -> Iterator[tuple[str, bytes]]:
    """Yield the samples of the repository, and an example of each set of each release."""
    for pattern in ("tests/golden/x12/*/*/in.edi", "partners/*/samples/*.edi", "hub/demo/**/*.edi"):
        for file in sorted(ROOT.glob(pattern)):
            yield file.relative_to(ROOT).as_posix().replace("/", "-"), file.read_bytes()
    from tests.fuzz.examples import example_file
    from translators.x12.rules.source import SHIPPED, load

    for release in SHIPPED.releases():
        for set_id in sorted(load(release).sets):
            yield f"{release}-{set_id}.edi", example_file(release, set_id, random.Random(release + set_id))


def _acknowledgments(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield our own acknowledgments of the samples, each with its file."""
    from tests.fuzz.examples import acknowledgments_of
    from tests.fuzz.targets import BETWEEN

    for name, data in files.items():
        for number, ack in enumerate(acknowledgments_of(data)):
            yield f"{number}-{name}", ack + BETWEEN + data


def _sources() -> Iterator[tuple[str, bytes]]:
    """Yield small dictionaries of ours, and the foreign grammars that the tests of the importers use."""
    from tests.fuzz.examples import foreign_sources, own_sources

    yield from own_sources()
    yield from foreign_sources()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
