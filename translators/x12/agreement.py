"""What a partner's profile says of X12 checking, as a guideline."""

from __future__ import annotations

from functools import cache, lru_cache

from msgspec.structs import replace

from hub.model.errors import ConfigError
from hub.model.partner import Receive, Send
from translators.x12.rules.grammar import compile_set
from translators.x12.rules.guideline import Guideline, guideline
from translators.x12.rules.source import load
from translators.x12.sets import doctype, sets_of

_Table = tuple[tuple[str, str], ...]
_Limits = tuple[tuple[str, int], ...]


#: The release whose dictionary says which segments a set has at all.
_RELEASE = "004010"


def guideline_of(agreement: Receive | Send | None, set_id: str = "") -> Guideline | None:
    """Return the guideline of an agreement for a set, None when it demands nothing beyond X12.

    Where several sets carry a document, what must be there is asked of those only that have such a segment: a 940 has
    its number in W05, a 943 in W06.

    Raises ConfigError for a place that cannot be held; `hub partner lint` says so before.
    """
    if agreement is None:
        return None
    strict = agreement.gaps == "error"
    if not (agreement.must or agreement.codes or agreement.max or agreement.forbid or strict):
        return None
    must, codes = tuple(agreement.must.items()), tuple(agreement.codes.items())
    whole = _guideline(must, codes, tuple(agreement.max.items()), agreement.forbid, strict)
    siblings = sets_of(doctype(set_id))
    return whole if len(siblings) < 2 else _for_set(whole, set_id, siblings)


@lru_cache(maxsize=256)
def _for_set(whole: Guideline, set_id: str, siblings: tuple[str, ...]) -> Guideline:
    elsewhere = frozenset[str]().union(*(_segments(other) for other in siblings)) - _segments(set_id)
    counts = tuple(count for count in whole.counts if not (count.least and count.spot.segment in elsewhere))
    return replace(whole, counts=counts)


@cache
def _segments(set_id: str) -> frozenset[str]:
    """Return the ids of the segments that a set may have, as far as our dictionary describes it."""
    described = load(_RELEASE).sets.get(set_id)
    return frozenset(state.segment for state in compile_set(described).states) if described else frozenset()


@lru_cache(maxsize=256)
def _guideline(
    must: _Table, codes: _Table, most: _Limits, forbid: tuple[str, ...], strict: bool
) -> Guideline:
    try:
        return guideline(dict(must), dict(codes), dict(most), forbid, strict=strict)
    except ValueError as error:
        raise ConfigError(f"the partner's guideline cannot be used: {error}") from None
