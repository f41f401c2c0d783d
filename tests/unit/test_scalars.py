"""Values of cells: how people write yes and no."""

from __future__ import annotations

import pytest

from translators.paths import Kind
from translators.scalars import hint_for, parse


@pytest.mark.parametrize("text", ["yes", "Y", "TRUE", "1", "x", "X", "ja", "Ja", "J", "oui", "on"])
def test_yes(text: str) -> None:
    assert parse(text, Kind.FLAG) is True


@pytest.mark.parametrize("text", ["no", "N", "False", "0", "nein", "NEIN", "nei", "non", "off"])
def test_no(text: str) -> None:
    assert parse(text, Kind.FLAG) is False


@pytest.mark.parametrize("text", ["maybe", "2", "-", "yess"])
def test_what_is_neither_is_told_with_words_that_are(text: str) -> None:
    with pytest.raises(ValueError, match="neither yes nor no"):
        parse(text, Kind.FLAG)
    assert "ja" in hint_for(Kind.FLAG)
