"""What codes mean in plain words, from dictionaries/words.toml: for showing and for examples, never for checking."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from translators.x12.rules.source import FOLDER


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return data element number -> code -> its meaning."""
    return MappingProxyType(tomllib.loads((FOLDER / "words.toml").read_text("utf-8")))


def meaning(element: str, code: str) -> str:
    """Return what a code of a data element means, "" when we have no words for it."""
    return words().get(element, {}).get(code, "")
