"""Hostile XML: what could expand, fetch or nest without end is refused, and nothing outside is touched."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from hub.model import problems
from tests.support.plain_files import partner, read_file
from translators.xml.parsing import MAX_BYTES, MAX_DEPTH, looks_like_xml, parse
from translators.xml.translator import XmlTranslator

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
ATTACKS = sorted((CORPUS / "xml-attack").rglob("*.xml"))


def problems_of(data: bytes, doctypes: tuple[str, ...] = ()) -> list[str]:
    return [finding.problem for finding in parse(data, doctypes).findings]


@pytest.mark.parametrize("file", ATTACKS, ids=lambda file: file.name)
def test_every_attack_is_refused(file: Path) -> None:
    documents, findings = read_file(XmlTranslator(), file.read_bytes(), file.name, partner("xml"))
    assert not any(documents)
    assert {f.problem for f in findings if f.fatal} <= {problems.XML_FORBIDDEN, problems.XML_INVALID}
    assert any(f.fatal for f in findings)


@pytest.mark.parametrize(
    "file", [file for file in ATTACKS if b"<!DOCTYPE" in file.read_bytes()], ids=lambda file: file.name
)
def test_an_attack_is_refused_before_a_parser_sees_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is never parsed expands nothing, opens no file and calls no address."""

    def parsed(*_: object) -> None:
        pytest.fail("the parser was called")

    monkeypatch.setattr("translators.xml.parsing.etree.fromstring", parsed)
    assert problems_of(file.read_bytes()) == [problems.XML_FORBIDDEN]


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]><a/>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
        "<!DOCTYPE a><a/>",
        '<?xml version="1.0" encoding="UTF-7"?><a/>',
        '<?xml version="1.0" encoding="cp037"?><a/>',
    ],
)
def test_declarations_are_forbidden_in_any_encoding(document: str) -> None:
    assert problems_of(document.encode()) == [problems.XML_FORBIDDEN]
    if "encoding" not in document:
        assert problems_of(document.encode("utf-16")) == [problems.XML_FORBIDDEN]


def test_a_bare_doctype_passes_only_where_the_format_demands_it() -> None:
    bare = b'<?xml version="1.0"?>\n<!DOCTYPE cXML SYSTEM "http://127.0.0.1:9/cXML.dtd">\n<cXML/>'
    assert problems_of(bare) == [problems.XML_FORBIDDEN]
    assert problems_of(bare, ("cXML",)) == []
    inside = b'<!DOCTYPE cXML SYSTEM "x" [<!ENTITY e "x">]><cXML/>'
    assert problems_of(inside, ("cXML",)) == [problems.XML_FORBIDDEN]
    twice = bare.replace(b"<cXML/>", b"<!DOCTYPE cXML SYSTEM 'x'><cXML/>")
    assert problems_of(twice, ("cXML",)) == [problems.XML_FORBIDDEN]


def test_the_dtd_of_a_bare_doctype_is_neither_fetched_nor_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        calls: list[object] = []
        server.settimeout(0.3)
        listener = threading.Thread(target=_accept, args=(server, calls))
        listener.start()
        port = server.getsockname()[1]
        assert (
            problems_of(f'<!DOCTYPE cXML SYSTEM "http://127.0.0.1:{port}/a"><cXML/>'.encode(), ("cXML",))
            == []
        )
        listener.join()
    assert calls == []
    dtd = tmp_path / "a.dtd"
    dtd.write_text('<!ATTLIST cXML leaked CDATA "yes"><!ENTITY e "leaked">')
    root = parse(f'<!DOCTYPE cXML SYSTEM "{dtd.as_uri()}"><cXML>x</cXML>'.encode(), ("cXML",)).root
    assert root is not None
    assert not root.attrib
    reference = f'<!DOCTYPE cXML SYSTEM "{dtd.as_uri()}"><cXML>&e;</cXML>'.encode()
    assert set(problems_of(reference, ("cXML",))) <= {problems.XML_FORBIDDEN, problems.XML_INVALID}
    assert problems_of(reference, ("cXML",))


def _accept(server: socket.socket, calls: list[object]) -> None:
    try:
        calls.append(server.accept())
    except TimeoutError:
        return


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", problems.FILE_EMPTY),
        (b" \n", problems.FILE_EMPTY),
        (b"a,b\n", problems.XML_INVALID),
        (b"<a><b></a>", problems.XML_INVALID),
        (b"<a>&undeclared;</a>", problems.XML_INVALID),
        (b"<a>\xff</a>", problems.XML_INVALID),
        ("<a/>".encode("utf-16-le"), problems.XML_INVALID),
        ("<a/>".encode("utf-32"), problems.XML_INVALID),
        ("<a/>".encode("cp037"), problems.XML_INVALID),
        (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), problems.XML_FORBIDDEN),
        (b"<a>" * 5000 + b"</a>" * 5000, problems.XML_INVALID),
        (b"<a>" + b"x" * MAX_BYTES + b"</a>", problems.FILE_TOO_LARGE),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_sound_xml_is_refused(data: bytes, problem: str) -> None:
    assert problems_of(data) == [problem]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_sound_xml_is_read_in_each_usual_encoding(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    root = parse(f'<?xml version="1.0" encoding="{declared}"?><!-- c --><a>é</a>'.encode(encoding)).root
    assert root is not None
    assert root.text == "é"


def test_a_malformed_file_is_reported_with_its_line() -> None:
    (finding,) = parse(b"<a>\n<b>\n</a>").findings
    assert finding.where.row == 3


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"<a/>", True),
        (b"\xef\xbb\xbf<?xml ", True),
        ("<a".encode("utf-16"), True),
        (b"ISA*", False),
        (b"<1", False),
    ],
)
def test_xml_is_recognised_by_its_start(head: bytes, expected: bool) -> None:
    assert looks_like_xml(head) is expected
