"""Plain XPaths as the steps by which they can be written: names, conditions that can be met, an end.

cac:Party/cbc:ID                    elements, made where they are missing
cac:TaxScheme[cbc:ID='VAT']         met by writing VAT into cbc:ID; `[@name='x']` by an attribute
Street[2]                           the second one; met when there is a first
Item[Packaging/Code]                true as the element is filled
PaymentTerm[not(Discount)]          true of a new element
self::*[Packaging/Code]             the element itself, which is to be like that
@unitCode, ., text()                the end: an attribute, or the element's own text
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from lxml import etree
from msgspec import Struct

_NAME = r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?"
_STEP = re.compile(rf"(?P<name>{_NAME})(?P<conditions>(?:\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\])*)")
_CONDITION = re.compile(r"\[(?P<inside>[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]")
_EQUAL = re.compile(r"(?P<path>[^=\s]+)\s*=\s*'(?P<value>[^']*)'")
#: True of a new element, or as it is filled.
_LATER = re.compile(rf"not\(.*\)|@?{_NAME}(?:/@?{_NAME})*")
_SELF = re.compile(r"self::\*(?:\[.*\])?")
_END = re.compile(rf"@(?P<attribute>{_NAME})|\.|text\(\)")
_SLASH = re.compile(r"/(?![^\[]*\])")  # not inside of a condition

XML = "http://www.w3.org/XML/1998/namespace"

#: Namespaces of a map as the cache of compiled steps takes them.
Spaces = tuple[tuple[str, str], ...]


class Step(Struct, frozen=True):
    """One element on the way. `met` are the texts that make its conditions true, `ordinal` counts from 1."""

    text: str
    name: str
    met: tuple[tuple[str, str], ...] = ()
    ordinal: int = 0


class Route(Struct, frozen=True):
    """A whole plain XPath. No attribute: the text of the last element."""

    steps: tuple[Step, ...]
    attribute: str = ""


@lru_cache(maxsize=8192)
def route(xpath: str) -> Route | None:
    """Return the steps of an XPath, or None when it can only be read."""
    *outer, last = _SLASH.split(xpath)
    end = _END.fullmatch(last)
    steps = [
        _step(text)
        for text in (outer if end else [*outer, last])
        if text != "." and not _SELF.fullmatch(text)
    ]
    if None in steps:
        return None
    return Route(tuple(step for step in steps if step), (end["attribute"] or "") if end else "")


def _step(text: str) -> Step | None:
    match = _STEP.fullmatch(text)
    if match is None:
        return None
    met: list[tuple[str, str]] = []
    ordinal = 0
    for condition in _CONDITION.finditer(match["conditions"]):
        inside = condition["inside"].strip()
        if inside.isdigit():
            ordinal = int(inside)
        elif equal := _EQUAL.fullmatch(inside):
            met.append((equal["path"], equal["value"]))
        elif not _LATER.fullmatch(inside):
            return None
    return Step(text, match["name"], tuple(met), ordinal)


def tag(name: str, namespaces: Mapping[str, str]) -> str:
    """Return a prefixed name as lxml writes it: {namespace}name. Raises KeyError for an unknown prefix."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return name
    return f"{{{XML if prefix == 'xml' else namespaces[prefix]}}}{local}"


@lru_cache(maxsize=8192)
def finder(text: str, spaces: Spaces) -> etree.XPath:
    """Return a compiled XPath, one for all who ask for it."""
    return etree.XPath(text, namespaces=dict(spaces) or None, regexp=False)


def reach(element: etree._Element, steps: tuple[Step, ...], spaces: Spaces) -> etree._Element:
    """Return the element at the end of the steps, making what is not there yet."""
    for step in steps:
        found = finder(step.text, spaces)(element)
        there = [e for e in found if isinstance(e, etree._Element)] if isinstance(found, list) else []
        element = there[-1] if there else make(element, step, spaces)
    return element


def added(element: etree._Element, steps: tuple[Step, ...], spaces: Spaces) -> etree._Element:
    """Return a new element at the end of the steps; with no steps, the element itself."""
    return make(reach(element, steps[:-1], spaces), steps[-1], spaces) if steps else element


def make(parent: etree._Element, step: Step, spaces: Spaces) -> etree._Element:
    """Add an element of which the step's conditions are true."""
    made = etree.SubElement(parent, tag(step.name, dict(spaces)))
    for path, value in step.met:
        place(made, path, value, spaces)
    return made


def place(element: etree._Element, xpath: str, text: str, spaces: Spaces) -> None:
    """Set the text of the element or attribute at a plain XPath.

    Raises ValueError for characters that XML cannot carry, LookupError when the XPath can only be read.
    """
    way = route(xpath)
    if way is None:
        raise LookupError(xpath)
    target = reach(element, way.steps, spaces)
    if way.attribute:
        target.set(tag(way.attribute, dict(spaces)), text)
    else:
        target.text = text
