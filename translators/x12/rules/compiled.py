"""Dictionary and guideline compiled to what checks: a state machine whose states have functions."""

from __future__ import annotations

import functools
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from hub.model.envelope import Envelope
from translators.x12.rules import cache
from translators.x12.rules.dictionary import Dictionary, TransactionSet
from translators.x12.rules.generate import Subject, module_source
from translators.x12.rules.grammar import Grammar, State, compile_set
from translators.x12.rules.guideline import Demand, Guideline, concerns
from translators.x12.rules.source import SHIPPED, Library, content_key, load, nearest_release

_ANY = Guideline()


class Checker(NamedTuple):
    """A compiled transaction set of one release, under one guideline."""

    dictionary: Dictionary
    definition: TransactionSet
    grammar: Grammar
    guideline: Guideline
    related: frozenset[str]  # segments that say something of others: HL, LS, LE, those with totals

    @property
    def complete(self) -> bool:
        """Say whether a segment that the dictionary lacks is an error."""
        return self.definition.complete or self.guideline.strict


@lru_cache(maxsize=256)  # GS08 and ST01 come from partners: bounded
def _describing(release: str, set_id: str, library: Library) -> str | None:
    """Return the described release to check a set by: a guide's own folder, else the release that the guide is of."""
    names = dict.fromkeys((nearest_release(release, library), nearest_release(release[:6], library)))
    return next((name for name in names if set_id in load(name, library).sets), None)


def checker_for(
    release: str, set_id: str, guideline: Guideline | None = None, library: Library = SHIPPED
) -> Checker | None:
    """Compile the checker of a set, once a process; None when there is no dictionary for the set.

    `release` is GS08 as it came; the nearest described one is taken.
    """
    described = _describing(release, set_id, library)
    return _checker(described, set_id, guideline or _ANY, library) if described else None


def checker_of(
    envelope: Envelope, guideline: Guideline | None = None, library: Library = SHIPPED
) -> Checker | None:
    """Compile a set's checker by its envelope: by ST03 where just that guide is described, else by GS08."""
    named = envelope.set_guide
    own = named and _describing(named, envelope.set_id, library) == named
    release = named if own else envelope.release
    return checker_for(release, envelope.set_id, guideline, library)


@lru_cache(maxsize=256)
def _checker(described: str, set_id: str, guideline: Guideline, library: Library) -> Checker:
    dictionary = load(described, library)
    definition = dictionary.sets[set_id]
    grammar = compile_set(definition)
    subjects = _assign(grammar, dictionary, guideline)
    key = cache.key_of(
        (content_key(described, library).encode(), set_id.encode(), _code(), _bytes(guideline))
    )
    title = f"{set_id} {described}"
    functions = cache.generated(key, "ACCEPT", lambda: module_source(title, subjects.values()))
    accept = dict(zip(subjects, functions, strict=True))
    for state in grammar.states:
        state.accept = accept[state.key, state.subject.demands]
    related = frozenset({"HL", "LS", "LE", *(tag for total in definition.totals for tag in total.segments)})
    for state in grammar.states:
        state.related = state.segment in related
    return Checker(dictionary, definition, grammar, guideline, related & frozenset(grammar.places))


def _assign(
    grammar: Grammar, dictionary: Dictionary, guideline: Guideline
) -> dict[tuple[str, tuple[Demand, ...]], Subject]:
    """Give each state its subject; return the different ones."""
    subjects: dict[tuple[str, tuple[Demand, ...]], Subject] = {}
    for state in grammar.states:
        demands = tuple(d for d in guideline.demands if concerns(d.spot, state.segment, state.path))
        made = Subject(dictionary.segments[state.key], demands)
        state.subject = subjects.setdefault((state.key, demands), made)
    return subjects


def source_of(release: str, set_id: str) -> str:
    """Return the generated functions of a set as Python source, for people. Raises KeyError for an unknown set."""
    dictionary = load(nearest_release(release))
    subjects = _assign(compile_set(dictionary.sets[set_id]), dictionary, _ANY)
    return module_source(f"{set_id} {dictionary.release}", subjects.values())


@functools.cache
def _code() -> bytes:
    """Return all the code that generated functions and their order follow from."""
    return b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))


def _bytes(guideline: Guideline) -> bytes:
    """Return a guideline as bytes that are the same in every process."""
    return msgspec.json.encode(guideline, order="deterministic")


__all__ = ["Checker", "State", "checker_for", "checker_of", "source_of"]
