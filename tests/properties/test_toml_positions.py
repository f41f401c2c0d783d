"""The line index agrees with tomllib, and no text makes the readers raise."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.model.finding import Where
from hub.model.partner import Partner
from hub.profiles import load_partners
from hub.toml.checking import check_table
from hub.toml.positions import KeyPath, positions
from hub.toml.reading import read_text
from hub.toml.writing import toml_key, toml_value

KEYS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=6
) | st.sampled_from(["a", "b", "name", "identity", "receive", "x-1"])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ['"""', "'''", "]", "}", "#", "a=1"]
)
SCALARS = st.one_of(
    TEXTS,
    st.integers(-(2**62), 2**62),
    st.booleans(),
    st.floats(allow_nan=False),
    st.dates(),
    st.times(),
    st.datetimes(),
)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(KEYS, v, max_size=3), max_leaves=8
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=5)
#: Pieces that profiles are made of, in any order: mostly nonsense, sometimes TOML.
WORDS = """[ ] [[ ]] { } = . , " ' \"\"\" ''' # \\ a 1 true é receive invoice identity isa extends "_t\""""
SOUP = st.lists(st.sampled_from([*WORDS.split(), "1979-05-27 07:32:00", " ", "\n", "\r\n"]), max_size=30).map(
    "".join
)


def paths_of(value: object, path: KeyPath = ()) -> set[KeyPath]:
    """Return every path of keys and indexes in what tomllib gave."""
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    else:
        return set()
    return {(*path, k) for k, _ in entries} | {p for k, v in entries for p in paths_of(v, (*path, k))}


def sections(table: dict[str, object], path: tuple[str, ...] = ()) -> str:
    """Write a table the long way round: with headers for tables and for lists of tables."""
    lines, later = [], []
    for key, value in table.items():
        where = ".".join(toml_key(part) for part in (*path, key))
        if isinstance(value, dict):
            later.append(f"[{where}] # [x]\n{sections(value, (*path, key))}")
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            later += [f"[[ {where} ]]\n{sections(item, (*path, key))}" for item in value]
        else:
            lines.append(f"  {toml_key(key)} = {toml_value(value)} # = ] }}\n")
    return "".join(lines) + "".join(later)


@given(TABLES)
def test_each_key_has_a_place_in_inline_form(table: dict[str, object]) -> None:
    text = "".join(f"{toml_key(k)} = {toml_value(v)}\n" for k, v in table.items())
    assert set(positions(text)) == paths_of(tomllib.loads(text))


@given(TABLES)
@example({"a": [{"b": [{}, {"c": 1}]}, {"b": [{}]}]})
def test_each_key_has_a_place_in_sections(table: dict[str, object]) -> None:
    text = sections(table)
    assert tomllib.loads(text) == table
    assert set(positions(text)) == paths_of(table)


@given(st.dictionaries(KEYS, SCALARS, max_size=5), st.integers(0, 3))
def test_the_place_is_where_the_key_is_written(table: dict[str, object], blank: int) -> None:
    lines = [f"{toml_key(k)} = {toml_value(v)}" for k, v in table.items()]
    text = "\n" * blank + "\n".join(lines)
    for number, (key, place) in enumerate(zip(table, positions(text).values(), strict=True), blank + 1):
        assert place.line == number
        assert text.split("\n")[place.line - 1][place.column - 1 :].startswith(toml_key(key))


@given(SOUP)
def test_valid_or_not_the_scanner_and_tomllib_agree(text: str) -> None:
    source, findings = read_text(text, "x.toml")
    assert bool(findings) == (not _valid(text))
    if not findings:
        assert set(source.places) == paths_of(source.data)
    positions(text)  # on text that tomllib refused, too


@given(TABLES)
def test_checking_any_table_leaves_what_converts(table: dict[str, object]) -> None:
    clean, findings = check_table(table, Partner, lambda path: Where())
    assert all(finding.message for finding in findings)
    assert set(clean) <= set(Partner.__struct_fields__)


@given(st.one_of(SOUP, TABLES.map(sections), st.text(), st.binary()))
def test_no_profile_makes_the_loader_raise(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    folder = _folder(tmp_path_factory)
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (folder / "one.toml").write_bytes(raw)
    (folder / "_t.toml").write_bytes(raw)
    partners, findings = load_partners(folder)
    assert partners or findings


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, "a = " + "{a=" * 5000, "a = " + "9" * 5000, "[" + "a." * 20_000 + "a]"]
)
def test_hostile_text_is_a_finding_or_a_table(text: str) -> None:
    source, findings = read_text(text, "x.toml")
    assert source.data or findings


def _valid(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


_FOLDERS: list[Path] = []


def _folder(factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: each overwrites the files of the one before."""
    if not _FOLDERS:
        _FOLDERS.append(factory.mktemp("partners"))
    return _FOLDERS[0]
