"""A dictionary is read as it was written: our own, and any that an importer can make."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translators.x12.importers.draft import Draft, DraftSet, Spot, assemble, with_ends
from translators.x12.importers.writing import write_dictionary
from translators.x12.rules.dictionary import Element, Segment, Use, When
from translators.x12.rules.source import SHIPPED, Library, load, read_dictionary


@pytest.mark.parametrize("release", SHIPPED.releases())
def test_our_own_dictionaries_are_written_as_they_are_read(release: str, tmp_path: Path) -> None:
    write_dictionary(load(release), tmp_path)
    assert read_dictionary(release, Library((tmp_path,))) == load(release)


words = st.text(st.characters(min_codepoint=32, max_codepoint=300), max_size=12)
codes = st.none() | st.frozensets(st.text("AZ09-/&.\"'\\", min_size=1, max_size=3), min_size=1, max_size=60)
elements = st.builds(
    Element,
    number=st.sampled_from(["1", "67", "128", "I12", "free_2"]),
    name=words,
    kind=st.sampled_from(["AN", "ID", "R", "N2", "DT"]),
    least=st.integers(0, 3),
    most=st.integers(3, 9),
    codes=codes,
)
plain_uses = st.builds(
    Use, element=elements, mandatory=st.booleans(), repeats=st.integers(1, 9), used=st.booleans()
)
composite = st.builds(
    Element, st.sampled_from(["C001", "C002"]), words, st.just("composite"), st.just(0), st.just(0)
)
composite_uses = st.builds(
    Use,
    element=composite,
    mandatory=st.booleans(),
    parts=st.lists(plain_uses, min_size=1, max_size=3).map(tuple),
)
segments = st.builds(
    Segment,
    id=st.sampled_from(["N1", "REF", "HL"]),
    name=words,
    uses=st.lists(plain_uses | composite_uses, max_size=5).map(tuple),
    open=st.booleans(),
)
whens = st.none() | st.builds(
    When, st.integers(1, 9), st.frozensets(st.sampled_from(["A", "1X"]), min_size=1), st.integers(0, 3)
)


def leaf(segment: Segment, mandatory: bool, most: int, when: When | None, free: bool) -> Spot:
    return Spot(segment.id, mandatory, most, segment=segment, when=when, free=free)


leaves = st.builds(leaf, segments, st.booleans(), st.integers(0, 99), whens, st.booleans())
loops = st.builds(
    Spot,
    st.sampled_from(["N1", "2010AA"]),
    st.booleans(),
    st.integers(0, 9),
    st.lists(leaves, min_size=1, max_size=3).map(tuple),
)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Return a draft of one or two sets; drawn as one value, as its parts would take minutes to print."""
    release = draw(st.sampled_from(["004010", "005010X1"]))
    bodies = draw(st.lists(st.lists(leaves | loops, max_size=5), min_size=1, max_size=2))
    sets = [
        DraftSet(str(850 + n), "PO", 'A "set"', with_ends(body, release)) for n, body in enumerate(bodies)
    ]
    return Draft(release, sets)


@settings(max_examples=30, deadline=None)  # each writes files
@given(drafts())
def test_any_dictionary_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, draft: Draft
) -> None:
    dictionary = assemble(draft)
    folder = tmp_path_factory.mktemp("written")
    write_dictionary(dictionary, folder, ["a heading", "in two\nlines"])
    assert read_dictionary(draft.release, Library((folder,))) == dictionary
