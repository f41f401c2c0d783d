"""The story of an exchange: events that nobody can change, findings by stage, and artifacts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hub.model.errors import Undeliverable
from hub.model.exchange import Transmission
from hub.model.finding import Finding
from hub.store.base import TxPart
from hub.store.columns import from_json, to_json
from hub.store.records import Artifact, Event
from hub.store.schema import artifacts, events, findings


class Story(TxPart):
    """Events, findings and artifacts."""

    def add_event(
        self,
        what: str,
        *,
        exchange_id: int | None = None,
        transmission_id: int | None = None,
        actor: str = "hub",
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Add a line to the story of an exchange or a transmission."""
        self._event(
            what, exchange_id=exchange_id, transmission_id=transmission_id, actor=actor, detail=detail
        )

    def events(self, *, exchange_id: int | None = None, transmission_id: int | None = None) -> list[Event]:
        """Return the lines of a story, oldest first."""
        owner = _owner(exchange_id=exchange_id, transmission_id=transmission_id)
        return [
            Event(
                id=row.id,
                at=row.at,
                what=row.what,
                actor=row.actor,
                exchange_id=row.exchange_id,
                transmission_id=row.transmission_id,
                from_state=row.from_state,
                to_state=row.to_state,
                why=row.why,
                detail=from_json(row.detail, dict[str, Any]),
            )
            for row in self._found(events, owner)
        ]

    def add_findings(
        self,
        found: Iterable[Finding],
        *,
        exchange_id: int | None = None,
        transmission_id: int | None = None,
        group_id: int | None = None,
        stage: str,
    ) -> None:
        """Keep what a stage found, in place of what the same stage found before (a step may run again)."""
        owner = _owner(exchange_id=exchange_id, transmission_id=transmission_id, group_id=group_id)
        now = self._clock()
        rows = (
            {
                "problem": finding.problem,
                "severity": finding.severity,
                "message": finding.message,
                "finding": to_json(finding),
                "at": now,
            }
            for finding in found
        )
        self._replace_later(findings, {**owner, "stage": stage}, rows)

    def findings(
        self,
        *,
        exchange_id: int | None = None,
        transmission_id: int | None = None,
        group_id: int | None = None,
        stage: str | None = None,
    ) -> list[Finding]:
        """Return what was found, in the order it was told; all stages unless one is named."""
        owner: dict[str, object] = {
            **_owner(exchange_id=exchange_id, transmission_id=transmission_id, group_id=group_id)
        }
        if stage is not None:
            owner["stage"] = stage
        return [from_json(row.finding, Finding) for row in self._found(findings, owner)]

    def put_artifact(self, exchange_id: int, kind: str, data: bytes, media_type: str = "") -> str:
        """Keep bytes of an exchange and return their SHA-256; the latest of a kind wins, older ones stay.

        The bytes are on the disk before the row is committed.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        self._payloads.append(data)
        self._later(
            artifacts,
            exchange_id=exchange_id,
            kind=kind,
            sha256=sha256,
            size=len(data),
            media_type=media_type,
            at=self._clock(),
        )
        return sha256

    def artifact(self, exchange_id: int, kind: str) -> bytes | None:
        """Return the latest bytes of a kind, or None; raise Undeliverable when the archive lost them."""
        self._keep_payloads()
        latest = self._found(artifacts, {"exchange_id": exchange_id, "kind": kind}, newest=True, limit=1)
        row = latest[0] if latest else None
        if row is not None and row.removed_at is not None:
            raise _removed(f"the {kind} of exchange {exchange_id}", row.removed_at)
        return None if row is None else self._archive.get(row.sha256)

    def kept_artifact(self, exchange_id: int, kind: str) -> bytes | None:
        """Return the latest bytes of a kind, or None, also when retention removed them."""
        self._keep_payloads()
        latest = [one for one in self.artifacts(exchange_id) if one.kind == kind][-1:]
        return self._archive.get(latest[0].sha256) if latest and latest[0].removed_at is None else None

    def file_bytes(self, transmission: Transmission) -> bytes:
        """Return a file as it was picked up; raise Undeliverable when it is not kept any more."""
        if transmission.removed_at is not None:
            raise _removed(f"file T{transmission.id}", transmission.removed_at)
        return self._archive.get(transmission.sha256)

    def artifacts(self, exchange_id: int) -> list[Artifact]:
        """Return all artifacts of an exchange, older versions too, oldest first."""
        return [Artifact(**row._mapping) for row in self._found(artifacts, {"exchange_id": exchange_id})]


def kept(artifact: Artifact) -> Artifact:
    """Return an artifact whose bytes are kept; raise Undeliverable for one that retention removed."""
    if artifact.removed_at is not None:
        raise _removed(f"the {artifact.kind} of exchange {artifact.exchange_id}", artifact.removed_at)
    return artifact


def _removed(what: str, at: datetime) -> Undeliverable:
    return Undeliverable(
        f"{what} was removed by retention on {at:%Y-%m-%d}; look for it in a backup of before"
    )


def _owner(**ids: int | None) -> dict[str, int]:
    """Return the one column that is named, with its value; to name none would mean all rows."""
    named = {column: row_id for column, row_id in ids.items() if row_id is not None}
    if not named:
        raise ValueError(f"of what? name one of {', '.join(ids)}")
    return named
