"""What an XPath map says, and what it did with one document of a sample."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from hub.model.documents import DOCUMENTS, AnyDocument, DocType
from hub.model.envelope import Envelope
from hub.model.finding import Where
from hub.model.partner import Partner, Send
from translators.maps import agreement
from translators.tracing import MapLine, Taken, Trace, Unused, empty_fields
from translators.xml.choosing import dialect_of, doctypes, maps_of, own_map, recognised
from translators.xml.compiling import shipped, xml_map
from translators.xml.parsing import parse
from translators.xml.reading import elements, first_text
from translators.xml.translator import XmlTranslator
from translators.xml.xml_map import Branch, Place, Ways, XmlMap


class XmlTracer:
    """Tells of XPath maps. `folder` holds the partners' own map files."""

    def __init__(self, folder: Path = Path("partners")) -> None:
        self._translator, self._folder = XmlTranslator(folder), folder

    def lines(self, document: DocType, partner: Partner | None, *, sending: bool) -> tuple[MapLine, ...]:
        """Return the lines of the maps by which a document is read, or may be written."""
        if document not in DOCUMENTS:
            return ()
        agreed = agreement(partner, document, sending=sending) if partner is not None else None
        changed = frozenset(agreed.map) if agreed is not None else frozenset()
        profile = f"{partner.key}.toml" if partner is not None else ""
        return tuple(
            line
            for mapped in self._maps(document, partner, sending=sending)
            for line in _lines(mapped.body, mapped, changed, profile)
        )

    def _maps(self, document: DocType, partner: Partner | None, *, sending: bool) -> tuple[XmlMap, ...]:
        if not sending:
            return maps_of(document, partner, self._folder)
        agreed = (partner.send.get(document) if partner is not None else None) or Send()
        if agreed.map_file:
            return (own_map(document, agreed, self._folder),)
        dialect = dialect_of(agreed, partner) if partner is not None else agreed.dialect
        lines, must = tuple(agreed.map.items()), tuple(sorted(agreed.must))
        found = (xml_map(path, lines, must) for path in shipped(document, dialect))
        return tuple(mapped for mapped in found if not mapped.foreign)

    def trace(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, Trace]:
        """Read one document, and say which element or attribute went where and which went nowhere."""
        made, findings = self._translator.read(payload, envelope, document, partner)
        maps = maps_of(document, partner, self._folder) if document in DOCUMENTS else ()
        parsed = parse(payload, doctypes(maps))
        mapped, found = recognised(maps, parsed.root) if parsed.root is not None else (None, [])
        if mapped is None:
            return made, Trace(document=document, findings=findings)
        taken = tuple(one for element in found[:1] for one in _taken(mapped.body, element, ""))
        left = self._translator.unused(payload, document, partner)
        return made, Trace(
            document=document,
            number=made.number if made is not None else "",
            taken=taken,
            unused=tuple(Unused(_place(where), text) for where, text in left),
            empty=empty_fields(_lines(mapped.body, mapped, frozenset(), ""), taken),
            findings=findings,
        )


def _lines(branch: Branch, mapped: XmlMap, changed: frozenset[str], profile: str) -> Iterator[MapLine]:
    """Yield the lines of a branch and of those inside it."""
    for part in branch.parts:
        if isinstance(part, Branch) and part.parts:
            yield from _lines(part, mapped, changed, profile)
            continue
        ours = part.path in changed
        yield MapLine(
            path=part.path,
            places=tuple(part.ways.texts),
            kind=part.kind.value,
            part=mapped.name.removesuffix(".toml"),
            must=part.required,
            default=(part.default or "") if isinstance(part, Place) else "",
            codes=part.codes if isinstance(part, Place) else {},
            overridden=ours,
            origin=profile if ours else f"xml/maps/{mapped.name}",
        )


def _taken(branch: Branch, element: etree._Element, here: str) -> Iterator[Taken]:
    """Yield what the parts of a branch find in an element; `here` is the branch's path with its ordinals and keys."""
    for part in branch.parts:
        path = here + part.path.removeprefix(branch.path)
        if isinstance(part, Place):
            yield from _value(part.ways, element, path)
            continue
        entries = next((found for find in part.ways.finds if (found := elements(find(element)))), [])
        for ordinal, entry in enumerate(entries):
            one = _entry_path(part, entry, path, ordinal)
            if part.parts:
                yield from _taken(part, entry, one)
            else:
                value = part.value(entry) if part.value is not None else [entry]
                if text := first_text(value):
                    yield Taken(one, _place(_where(value, "")), text)


def _entry_path(part: Branch, entry: etree._Element, path: str, ordinal: int) -> str:
    """Return the path of one entry: of a table by its key, of a list by its ordinal."""
    if part.key is not None:
        return f"{path.removesuffix('.*')}.{first_text(part.key(entry))}"
    return f"{path.removesuffix('[]')}[{ordinal}]" if path.endswith("[]") else path


def _value(ways: Ways, element: etree._Element, path: str) -> Iterator[Taken]:
    """Yield what the first fitting XPath of a place finds."""
    for find, xpath in zip(ways.finds, ways.texts, strict=True):
        found = find(element)
        if text := first_text(found):
            yield Taken(path, _place(_where(found, xpath)), text)
            return


def _where(found: object, xpath: str) -> Where:
    """Return the line and XPath of the first thing that was found."""
    first = found[0] if isinstance(found, list) and found else None
    owner = first.getparent() if isinstance(first, etree._ElementUnicodeResult) else first
    if not isinstance(owner, etree._Element):
        return Where(path=xpath)
    row: int | None = getattr(owner, "sourceline", None)  # its stub has no type
    name = first.attrname if isinstance(first, etree._ElementUnicodeResult) else None
    attribute = f"/@{name!s}" if name else ""
    return Where(row=row, path=owner.getroottree().getpath(owner) + attribute)


def _place(where: Where) -> str:
    return f"line {where.row} {where.path}" if where.row is not None else where.path
