"""Schemas of partners: an XSD below partners/ that a file must keep, held without leaving that folder.

A schema is the operator's file and still is opened with care: what it includes or imports must stand below
partners/ as well, and no address is ever fetched.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from lxml import etree

from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.finding import Finding, Where

#: One fault in a repeated element is one fault: more are counted, not listed.
MAX_FAULTS = 50


def schema_faults(root: etree._Element, xsd: str, folder: Path) -> tuple[Finding, ...]:
    """Return what a file has that its schema forbids, by line and XPath.

    `xsd` is relative to `folder`. Raises ConfigError when the schema cannot be used.
    """
    schema = check_schema(xsd, folder)
    if schema.validate(root):
        return ()
    log: Any = schema.error_log
    faults = list(log)
    findings = [_finding(fault.message, fault.line, fault.path or "") for fault in faults[:MAX_FAULTS]]
    if len(faults) > MAX_FAULTS:
        message = f"and {len(faults) - MAX_FAULTS} more faults against {xsd}"
        findings.append(Finding(problems.XML_SCHEMA, message))
    return tuple(findings)


def check_schema(xsd: str, folder: Path) -> etree.XMLSchema:
    """Return a compiled schema. `xsd` is relative to `folder`. Raises ConfigError when it cannot be used."""
    path = folder / xsd
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise ConfigError(
            f"schema {xsd}: cannot be read ({error.strerror}); mend xsd in the profile"
        ) from error
    return load_schema(path.resolve(), folder.resolve(), stamp)


@lru_cache(maxsize=32)
def load_schema(path: Path, folder: Path, stamp: int = 0) -> etree.XMLSchema:
    """Compile a schema once for each state (`stamp`) of its file. Raises ConfigError when it cannot be."""
    del stamp  # a file that was changed is another key of the cache
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False)
    keeper = _Keeper(folder)
    parser.resolvers.add(keeper)
    try:
        keeper.check(path.as_uri())
        return etree.XMLSchema(etree.parse(str(path), parser))
    except (etree.XMLSyntaxError, etree.XMLSchemaParseError, OSError, _Outside) as error:
        why = keeper.refused or str(error)
        raise ConfigError(f"schema {path.name}: {why}") from error


class _Outside(Exception):  # noqa: N818 - it says what was refused, and never leaves this file
    """Raised for a file that a schema may not include."""


class _Keeper(etree.Resolver):
    """Lets a schema include what stands below one folder, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.refused = ""

    def check(self, address: str) -> Path:
        """Return the file at an address. Raises _Outside when it is not below the folder."""
        parts = urlparse(address)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme in ("", "file") and not parts.netloc and path.is_relative_to(self._folder):
            return path
        self.refused = f"it includes {address[:200]!r}, which is not below the partners folder"
        raise _Outside(self.refused)

    def resolve(self, system_url: str, public_id: str, *context: object) -> object:
        """Open what a schema includes; called by the parser."""
        del public_id
        try:
            found = self.check(system_url).read_bytes()
        except (_Outside, OSError):
            self.refused = self.refused or f"it includes {system_url[:200]!r}, which cannot be read"
            found = b"<refused/>"
        return self.resolve_string(found, *context, base_url=system_url)


def _finding(message: str, line: int, path: str) -> Finding:
    hint = "mend the file by the schema, or the schema in the profile"
    where = Where(row=line or None, path=path)
    return Finding(problems.XML_SCHEMA, message[:300], where=where, hint=hint)
