"""The ISA by itself: what is hidden of it, and what else may look like one."""

from __future__ import annotations

import pytest

from tests.support.x12_streams import GS, ISA
from translators.x12.acks.verdicts import technical_acknowledgment
from translators.x12.characters import begins_x12
from translators.x12.envelopes import unwrap
from translators.x12.isa import mask_isa

SECRET = ISA.replace("00*          *00*          ", "03*AUTHINFO99*01*SECRETPW77")
FILE = ISA + GS + "ST*850*0001~SE*2*0001~GE*1*1~IEA*1*000000001~"


def places(text: str, sign: str) -> list[int]:
    return [at for at, c in enumerate(text) if c == sign]


# --- what is hidden


@pytest.mark.parametrize("separator", ["*", "|", "§", "\xc2\xa7", "…"])
def test_secrets_are_hidden_and_nothing_else(separator: str) -> None:
    hidden = SECRET.replace("AUTHINFO99", "x" * 10).replace("SECRETPW77", "x" * 10)
    assert mask_isa(SECRET.replace("*", separator)) == hidden.replace("*", separator)


@pytest.mark.parametrize(
    "text",
    [
        "ISA*00**00**ZZ*ACME*ZZ*OURCO*250110*1200*U*00401*000000001*0*P*>~",
        "ISA*00**00**ZZ*AB*01*0123456789*250110*1200*U*00401*000000001*0*P*>~",
        "ISA*00*          *00**ZZ*ACMES*ZZ*OURCO*250110*1200*U*00401*000000001*0*P*>~",
        "ISA*00*INFO*01**ZZ*ACMES*ZZ*OURCO*250110*1200*U*00401*000000001*0*P*>~",
        "ISA*00**00**ZZ",
    ],
)
def test_separators_stay_in_a_collapsed_isa(text: str) -> None:
    assert places(mask_isa(text), "*") == places(text, "*")
    assert len(mask_isa(text)) == len(text)


def test_a_collapsed_isa_shows_what_is_no_secret() -> None:
    text = "ISA*03*PASS*01**ZZ*ACMES*ZZ*OURCO*250110*1200*U*00401*000000001*0*P*>~"
    assert mask_isa(text) == text.replace("PASS", "xxxx")


@pytest.mark.parametrize("cut", [*range(20, 60), len(SECRET)])
@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        SECRET.replace("AUTHINFO99", "AU*HINFO99").replace("SECRETPW77", "SECR*TPW77"),
        SECRET.replace("AUTHINFO99", "AUTH").replace("SECRETPW77", "SECR*TPW77"),
        SECRET.replace("AUTHINFO99", "AU*HINFO99").replace("SECRETPW77", "SECRET").replace(" ", ""),
    ],
)
def test_no_part_of_a_secret_is_shown(text: str, cut: int) -> None:
    shown = mask_isa(text[:cut])
    assert not any(word in shown for word in ("AUTH", "INFO", "HIN", "SECR", "TPW", "PW77"))


# --- what looks like UTF-16


@pytest.mark.parametrize(
    "noise", [b"I\0S\0A\0", b"\0I\0S\0A", b"\xff\xfe", b"\xfe\xff", b"\xff\xfeI\0S\0A\0\r\n"]
)
def test_noise_that_looks_like_utf_16_loses_no_file(noise: bytes) -> None:
    data = noise + FILE.encode()
    unwrapped = unwrap(data, "in.edi")
    assert [i.envelope.sender.id for i in unwrapped.interchanges] == ["ACME"]
    assert [f.problem for f in unwrapped.findings] == ["envelope.junk"]
    assert begins_x12(data)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["ACME ", "ÄCME ", "ΑΚΜΗ ", "AC"])
def test_utf_16_is_told_by_its_isa(codec: str, name: str) -> None:
    unwrapped = unwrap(FILE.replace("ACME ", name).encode(codec), "in.edi")
    assert [i.envelope.sender.id for i in unwrapped.interchanges] == [name.strip()]


# --- qualifiers


@pytest.mark.parametrize(
    ("at", "value", "severity"),
    [
        (1, "03", ""), (1, "08", ""), (1, "XX", "warning"), (1, "09", "warning"), (1, "  ", "warning"),
        (1, "0?", "error"), (3, "01", ""), (3, "YY", "warning"), (3, "02", "warning"), (3, "\0\0", "error"),
        (5, "1B", ""), (5, "nn", ""), (5, "Z ", "warning"), (5, "??", "error"), (5, "É1", "error"),
        (7, "YZ", ""), (7, "  ", "warning"), (7, "-1", "error"),
    ],
)  # fmt: skip
def test_qualifiers(at: int, value: str, severity: str) -> None:
    elements = ISA.split("*")
    elements[at] = value
    (interchange,) = unwrap(("*".join(elements) + FILE[len(ISA) :]).encode("latin-1"), "").interchanges
    told = [(f.problem, f.where.element, str(f.severity)) for f in interchange.findings]
    assert told == ([("isa.invalid", at, severity)] if severity else [])
    code = {1: "010", 3: "012", 5: "005", 7: "007"}[at]
    verdict = {"": ["A", "000"], "warning": ["E", code], "error": ["R", code]}[severity]
    assert technical_acknowledgment(interchange)[4:6] == verdict


def test_the_rest_of_a_password_is_in_no_finding() -> None:
    text = SECRET.replace("AUTHINFO99", "AU*HINFO99").replace(" ", "")
    (interchange,) = unwrap((text + FILE[len(ISA) :]).encode(), "").interchanges
    assert interchange.findings
    assert not any("HINFO" in f.message + f.value for f in interchange.findings)
