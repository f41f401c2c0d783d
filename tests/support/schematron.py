"""A small Schematron engine for the tests: rules in XPath 2, each node judged by the first rule of its pattern."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

_SCH = "{http://purl.oclc.org/dsdl/schematron}"
#: What parts a union at its top: a bar outside of brackets, parentheses and quotes.
_PARTS = re.compile(r"""((?:[^|\[\]()'"]|\[(?:[^\[\]]|\[[^\[\]]*\])*\]|\([^()]*\)|'[^']*'|"[^"]*")+)""")


class Rules:
    """Rules in their patterns: for each rule one XPath that returns the ids of the assertions that fail."""

    def __init__(self, patterns: list[list[tuple[str, dict[str, str]]]], namespaces: dict[str, str]) -> None:
        self.namespaces = namespaces
        self.ids = {name for rules in patterns for _, tests in rules for name in tests}
        self._expressions = list(_expressions(patterns))

    def broken_by(self, data: bytes) -> list[str]:
        """Return the ids of the rules that a file breaks, one for each place that does."""
        return sorted(broken for expression in self._expressions for broken in self._asked(data, expression))

    def _asked(self, data: bytes, expression: str) -> Iterator[str]:
        processor = _processor()
        asking = processor.new_xpath_processor()
        for prefix, uri in self.namespaces.items():
            asking.declare_namespace(prefix, uri)
        asking.set_context(xdm_item=_parsed(data))
        for item in asking.evaluate(expression) or ():
            yield str(item)


def of_schematron(path: Path) -> Rules:
    """Read the fatal assertions of a Schematron file that has no functions and no variables."""
    root = etree.parse(str(path)).getroot()
    patterns = [
        [
            (
                rule.get("context", ""),
                {
                    a.get("id", ""): a.get("test", "")
                    for a in rule.iter(f"{_SCH}assert")
                    if a.get("flag") == "fatal"
                },
            )
            for rule in pattern.iter(f"{_SCH}rule")
        ]
        for pattern in root.iter(f"{_SCH}pattern")
    ]
    return Rules(patterns, {ns.get("prefix", ""): ns.get("uri", "") for ns in root.iter(f"{_SCH}ns")})


def of_table(path: Path) -> Rules:
    """Read rules of ours: a table for each, with its context and its test, every one a pattern of its own."""
    table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    namespaces = table.pop("namespaces")
    return Rules([[(rule["context"], {name: rule["test"]})] for name, rule in table.items()], namespaces)


def _expressions(patterns: list[list[tuple[str, dict[str, str]]]]) -> Iterator[str]:
    for rules in patterns:
        before: list[str] = []
        for context, tests in rules:
            nodes = " | ".join(_anywhere(part) for part in _PARTS.findall(context) if part.strip())
            asked = ", ".join(f"(if ({test}) then () else '{name}')" for name, test in tests.items())
            if asked:
                left = f" except ({' | '.join(before)})" if before else ""
                yield f"for $node in (({nodes}){left}) return $node/({asked})"
            before.append(f"({nodes})")


def _anywhere(match: str) -> str:
    """Return the XPath that finds what a match pattern matches."""
    match = match.strip()
    return match if match.startswith(("/", "(")) else f"//{match}"


_known: dict[str, Any] = {}


def _processor() -> Any:
    """Return Saxon, started once: it holds its memory until the process ends."""
    if "saxon" not in _known:
        from saxonche import PySaxonProcessor

        _known["saxon"] = PySaxonProcessor(license=False)
    return _known["saxon"]


def _parsed(data: bytes) -> Any:
    if _known.get("data") != data:
        _known["data"], _known["tree"] = data, _processor().parse_xml(xml_text=data.decode("utf-8"))
    return _known["tree"]
