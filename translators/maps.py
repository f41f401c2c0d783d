"""Map files: which map a partner's agreement calls for, and the same complaint for every fault in one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.model.documents import DOCUMENTS, DocType
from hub.model.envelope import Address
from hub.model.errors import ConfigError
from hub.model.partner import Partner, Receive, Send


def agreement(partner: Partner, document: DocType, *, sending: bool) -> Receive | Send | None:
    """Return what the profile agrees for a document in one direction; None when it is silent."""
    return partner.send.get(document) if sending else partner.receive.get(document)


def agreed_format(partner: Partner, entry: Receive | Send) -> str:
    """Return the format of an agreement: its own, or the profile's."""
    return entry.format or partner.format


def load_toml(path: Path) -> dict[str, Any]:
    """Read a map file. Raises ConfigError when it is not there or is not TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            f"map {path}: cannot be read ({error.strerror}); mend map_file in the profile"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"map {path}: {error}") from error


def document_of(raw: Mapping[str, Any], origin: str) -> DocType:
    """Return the document that a map is for. Raises ConfigError when no map can be."""
    known = {document.value: document for document in DOCUMENTS}
    name = str(raw.get("document", ""))
    if name not in known:
        raise ConfigError(f"map {origin}: document = {name!r}; write one of {', '.join(sorted(known))}")
    return known[name]


def refuse_unknown_tables(raw: Mapping[str, Any], allowed: frozenset[str], origin: str) -> None:
    """Raise ConfigError when a map has a key that nothing reads: it would be silently without effect."""
    unknown = sorted(raw.keys() - allowed)
    if unknown:
        raise ConfigError(
            f"map {origin}: unknown {', '.join(unknown)}; known are {', '.join(sorted(allowed))}"
        )


def partner_address(written: str) -> Address:
    """Read `qualifier:id` as profiles write it; an id alone has no qualifier."""
    qualifier, separator, name = written.partition(":")
    return Address(qualifier, name) if separator else Address(id=written)
