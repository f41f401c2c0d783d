"""XML bytes to a tree, for files of strangers: what could expand, fetch or nest without end is refused.

No DTD is read, no entity expanded, no file or address opened. The checks on the bytes come before the parser,
because a document type declaration does its harm while it is parsed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection

from lxml import etree
from msgspec import Struct

from hub.model import problems
from hub.model.finding import Finding, Where

#: The tree of a file takes ten to twenty times its bytes in memory.
MAX_BYTES = 32_000_000
MAX_DEPTH = 100

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Encodings in which the marks below are themselves, or which we decode for looking (UTF-16).
_ENCODINGS = frozenset(
    {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
)
_ENCODING = re.compile(r"""<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([^"']{0,40})["']""")
#: A document type that only names an external DTD, which we do not read.
_BARE_DOCTYPE = re.compile(
    r"""<!DOCTYPE\s+(?P<root>[\w:.-]+)\s+(?:SYSTEM|PUBLIC\s+(?:"[^"<>]*"|'[^'<>]*'))\s+(?:"[^"<>]*"|'[^'<>]*')\s*>"""
)


class Parsed(Struct, frozen=True):
    """The root of a file, or the findings that say why there is none."""

    root: etree._Element | None = None
    findings: tuple[Finding, ...] = ()


def parse(data: bytes, doctypes: Collection[str] = ()) -> Parsed:
    """Parse a file. `doctypes` are roots whose format demands a DOCTYPE line (cXML); it is not followed."""
    for refusal in (_size(data), _start(data), _declarations(data, doctypes)):
        if refusal is not None:
            return Parsed(findings=(refusal,))
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        return Parsed(findings=(_malformed(error),))
    refused = _content(root)
    return Parsed(findings=(refused,)) if refused else Parsed(root)


def looks_like_xml(head: bytes) -> bool:
    """Say whether a file starts as XML does."""
    text = _as_text(head).lstrip()
    return re.match(r"<[?!A-Za-z_]", text) is not None


def _as_text(data: bytes) -> str:
    """Return the bytes as text in which the marks of XML can be found, whatever the letters are."""
    if data.startswith(_UTF16):
        return data.decode("utf-16", errors="replace").removeprefix("\ufeff")
    return data.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def _size(data: bytes) -> Finding | None:
    if len(data) > MAX_BYTES:  # before anything looks at it: what looks may copy it
        message = f"the file has {len(data)} bytes; XML of more than {MAX_BYTES} is not read"
        return Finding(problems.FILE_TOO_LARGE, message, hint="send several smaller files")
    if not data.strip():
        return Finding(problems.FILE_EMPTY, "the file is empty", hint="send the file again with its content")
    return None


def _start(data: bytes) -> Finding | None:
    """Refuse what is not XML in an encoding that we can look through (EBCDIC, UTF-32, UTF-16 unmarked)."""
    if looks_like_xml(data[:4096]) and b"\0" not in data[: 0 if data.startswith(_UTF16) else None]:
        return None
    hint = "send XML in UTF-8"
    return Finding(problems.XML_INVALID, "the file does not start as XML does", where=Where(row=1), hint=hint)


def _declarations(data: bytes, doctypes: Collection[str]) -> Finding | None:
    """Refuse unusual encodings, entities, and document types with anything inside."""
    text = _as_text(data)
    encoding = _ENCODING.match(text.lstrip())
    if encoding and encoding[1].lower() not in _ENCODINGS:
        return _forbidden(f"the encoding {encoding[1]!r}", "send XML in UTF-8", text, 0)
    entity = text.find("<!ENTITY")
    if entity >= 0:
        return _forbidden("an entity declaration", "write the text itself in place of entities", text, entity)
    doctype = text.find("<!DOCTYPE")
    if doctype < 0:
        return None
    bare = _BARE_DOCTYPE.match(text, doctype)
    if bare and bare["root"] in doctypes and text.count("<!DOCTYPE") == 1:
        return None
    return _forbidden("a document type declaration", "leave the <!DOCTYPE ...> out", text, doctype)


def _forbidden(what: str, hint: str, text: str, at: int) -> Finding:
    where = Where(row=text.count("\n", 0, at) + 1)
    return Finding(
        problems.XML_FORBIDDEN, f"the file has {what}, which is not accepted", where=where, hint=hint
    )


#: What libxml2 adds to its message, for programmers.
_OF_THE_PARSER = ", use XML_PARSE_HUGE option"


def _malformed(error: etree.XMLSyntaxError) -> Finding:
    return Finding(
        problems.XML_INVALID,
        f"the file is not well-formed XML: {error.msg.replace(_OF_THE_PARSER, '')}",
        where=Where(row=error.lineno or None),
        hint="check the file with an XML editor before it is sent",
    )


def _content(root: etree._Element) -> Finding | None:
    """Refuse entity references that were left standing, and elements nested deeper than any document."""
    for entity in root.iter(etree.Entity):
        message = f"the file uses the entity {entity.text}, which is not accepted"
        hint = "write the text itself in place of entities"
        return Finding(problems.XML_FORBIDDEN, message, hint=hint)
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            message = f"elements are nested more than {MAX_DEPTH} deep"
            return Finding(problems.XML_FORBIDDEN, message, where=Where(row=element.sourceline))
    return None
