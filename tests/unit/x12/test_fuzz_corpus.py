"""Inputs that broke something once, or that lead the fuzzer far, are replayed (`make fuzz` looks for new ones)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.generate import orders, spoiled
from tests.fuzz.examples import acknowledgments_of, example_file, foreign_sources, own_sources
from tests.fuzz.mutator import Mutator
from tests.fuzz.targets import BETWEEN, TARGETS

KEPT = Path(__file__).parents[2] / "fuzz" / "corpus"
INPUTS = [(target, file) for target in TARGETS for file in sorted((KEPT / target).glob("[!.]*"))]
MOST_BYTES = 6000  # of a kept input


@pytest.mark.parametrize("target", TARGETS)
def test_there_are_inputs_for_each_target(target: str) -> None:
    assert [file for kind, file in INPUTS if kind == target]


@pytest.mark.parametrize(("target", "file"), INPUTS, ids=lambda part: getattr(part, "name", part))
def test_what_is_kept_breaks_nothing(target: str, file: Path) -> None:
    data = file.read_bytes()
    assert len(data) <= MOST_BYTES
    TARGETS[target](data)


@pytest.mark.parametrize("seed", range(6))
def test_what_the_mutator_makes_breaks_nothing(seed: int) -> None:
    chance = random.Random(seed)
    data = example_file("004010", chance.choice(["850", "856", "810"]), chance)
    ack = next(acknowledgments_of(data)) + BETWEEN + data
    sources = [content for _, content in (*own_sources(), *foreign_sources())]
    mutator = Mutator(data.replace(b"\n", b"").split(b"~"))
    tried = set()
    for _ in range(3):
        data = mutator.file(data, 4000, chance.getrandbits(32))
        ack = mutator.ack(ack, 4000, chance.getrandbits(32))
        source = mutator.source(chance.choice(sources), 4000, chance.getrandbits(32))
        TARGETS["file"](data)
        TARGETS["ack"](ack)
        TARGETS["source"](source)
        tried |= {data, ack, source}
    assert len(tried) > 6, (
        "nearly each input is another one; what must hold of them is asserted by the targets"
    )


def test_a_target_notices_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that finds nothing in a set of one piece, but in its runs, is what the target exists to tell."""
    data = spoiled(orders(1, 2))
    TARGETS["file"](data)
    monkeypatch.setattr("tests.fuzz.targets.check_set", lambda *_: ())
    with pytest.raises(AssertionError):
        TARGETS["file"](data)


def test_the_same_seed_makes_the_same_input() -> None:
    data = example_file("004010", "850", random.Random(1))
    mutator = Mutator([b"N1*ST*X", b"REF*DP*1"])
    made = [mutator.file(data, 4000, seed) for seed in range(50)]
    assert made == [mutator.file(data, 4000, seed) for seed in range(50)]
    assert len(set(made)) > 40
    assert max(map(len, made)) <= 4000
