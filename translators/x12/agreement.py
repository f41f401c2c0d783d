"""What a partner's profile says of X12 checking, as a guideline."""

from __future__ import annotations

from functools import lru_cache

from hub.model.errors import ConfigError
from hub.model.partner import Receive, Send
from translators.x12.rules.guideline import Guideline, guideline

_Table = tuple[tuple[str, str], ...]
_Limits = tuple[tuple[str, int], ...]


def guideline_of(agreement: Receive | Send | None) -> Guideline | None:
    """Return the guideline of an agreement, None when it demands nothing beyond X12.

    Raises ConfigError for a place that cannot be held; `hub partner lint` says so before.
    """
    if agreement is None:
        return None
    strict = agreement.gaps == "error"
    if not (agreement.must or agreement.codes or agreement.max or agreement.forbid or strict):
        return None
    must, codes = tuple(agreement.must.items()), tuple(agreement.codes.items())
    return _guideline(must, codes, tuple(agreement.max.items()), agreement.forbid, strict)


@lru_cache(maxsize=256)
def _guideline(
    must: _Table, codes: _Table, most: _Limits, forbid: tuple[str, ...], strict: bool
) -> Guideline:
    try:
        return guideline(dict(must), dict(codes), dict(most), forbid, strict=strict)
    except ValueError as error:
        raise ConfigError(f"the partner's guideline cannot be used: {error}") from None
