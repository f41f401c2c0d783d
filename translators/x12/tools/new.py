"""A whole example interchange of a set: bare of what is optional but for what is usual, or with all of it."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from hub.model.envelope import Address, Delimiters, Envelope
from translators.x12.rules.compiled import checker_for
from translators.x12.rules.dictionary import Dictionary, TransactionSet
from translators.x12.rules.guideline import Guideline, guideline, parse_spot
from translators.x12.rules.source import SHIPPED, Library, load, nearest_release
from translators.x12.signs import COMPONENT
from translators.x12.tools.example import example
from translators.x12.writer import write_interchange

#: Examples are of this moment, so that they are the same on any day.
_AT = datetime(2025, 1, 10, 12, 0)  # noqa: DTZ001 - a local clock, as ISA09 and ISA10 have it
#: The envelope of an example; a partner's profile changes it.
ENVELOPE = Envelope(
    format="x12",
    sender=Address("ZZ", "SENDER"),
    receiver=Address("ZZ", "RECEIVER"),
    interchange_control="000000001",
    usage="T",
    delimiters=Delimiters(component=">", repetition="^", suffix="\n"),
    prepared_at=_AT,
    group_control="1",
    set_control="0001",
    release="004010",
)


@cache
def usual() -> Mapping[str, Mapping[str, str]]:
    """Return what a plain example has, by set: a profile's `must`."""
    return tomllib.loads(Path(__file__).with_name("usual.toml").read_text("utf-8"))


def new_interchange(
    set_id: str,
    envelope: Envelope = ENVELOPE,
    demands: Guideline | None = None,
    *,
    seed: int = 1,
    full: bool = False,
    library: Library = SHIPPED,
) -> bytes:
    """Return an interchange with one valid set in the release of the envelope.

    `full`: all that the dictionary describes, once; else what is mandatory, what is usual, and what `demands` asks for.
    Raises KeyError for a set that is not described there.
    """
    dictionary = load(nearest_release(envelope.release, library), library)
    wanted = (demands or Guideline()) if full else _with_usual(set_id, demands or Guideline(), dictionary)
    checker = checker_for(envelope.release, set_id, wanted, library)
    assert checker is not None
    made = example(checker, random.Random(seed), float(full), component=COMPONENT)  # noqa: S311 - an example is no secret
    return write_interchange(_named(envelope, dictionary.sets[set_id]), [made[1:-1]])


def _named(envelope: Envelope, definition: TransactionSet) -> Envelope:
    return replace(envelope, set_id=definition.id, functional_id=definition.group)


def _with_usual(set_id: str, demands: Guideline, dictionary: Dictionary) -> Guideline:
    """Put what is usual behind what is demanded; where both name a place, the partner's word counts."""
    taken = {_place(str(d.spot)) for d in demands.demands}
    must = {
        place: value
        for place, value in usual().get(set_id, {}).items()
        if _place(place) not in taken and parse_spot(place).segment in dictionary.segments
    }
    own = guideline(must)
    return Guideline(demands.demands + own.demands, demands.counts + own.counts, demands.strict)


def _place(text: str) -> tuple[str, int]:
    spot = parse_spot(text)
    return spot.segment, spot.element
