"""The story of an exchange: events that nobody can change, findings by stage, and artifacts."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import BindParameter, Row, bindparam, select

from hub.model.errors import Undeliverable
from hub.model.exchange import Transmission
from hub.model.finding import Finding
from hub.store.base import TxPart
from hub.store.columns import from_json, to_json
from hub.store.records import Artifact, Event
from hub.store.schema import artifacts, events, findings

#: Payloads of up to so many bytes are in their rows. Most are: an order of a hundred lines has some ten thousand.
SMALL_BYTES = 16_384

_OF: BindParameter[Collection[int]] = bindparam("ids", expanding=True)
_ARTIFACTS_OF = select(artifacts).where(artifacts.c.exchange_id.in_(_OF)).order_by(artifacts.c.id)
_FINDINGS_OF = select(findings).where(findings.c.exchange_id.in_(_OF)).order_by(findings.c.id)

_WITHOUT_BYTES = (
    select(*(column for column in artifacts.c if column is not artifacts.c.body))
    .where(artifacts.c.exchange_id == bindparam("exchange_id"))
    .order_by(artifacts.c.id)
)


def is_small(payload: bytes) -> bool:
    """Say whether a payload is kept in its row."""
    return len(payload) <= SMALL_BYTES


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
        if exchange_id is not None and exchange_id in self._foreseen and stage is not None:
            told = self._foreseen_findings.get((exchange_id, stage), ())
            return [from_json(finding, Finding) for finding in told]
        owner: dict[str, object] = {
            **_owner(exchange_id=exchange_id, transmission_id=transmission_id, group_id=group_id)
        }
        if stage is not None:
            owner["stage"] = stage
        return [from_json(row.finding, Finding) for row in self._found(findings, owner)]

    def put_artifact(self, exchange_id: int, kind: str, data: bytes, media_type: str = "") -> str:
        """Keep bytes of an exchange and return their SHA-256; the latest of a kind wins, older ones stay.

        Few bytes are in the row itself; more are on the disk before it is committed.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if not is_small(data):
            self._payloads.append(data)
        self._later(
            artifacts,
            exchange_id=exchange_id,
            kind=kind,
            sha256=sha256,
            size=len(data),
            media_type=media_type,
            at=self._clock(),
            body=self._archive.to_row(data) if is_small(data) else None,
        )
        return sha256

    def foresee(self, exchange_ids: Collection[int]) -> None:
        """Read at once what stages will ask of many exchanges: small payloads and findings. For reading alone."""
        for row in self._connection.execute(_ARTIFACTS_OF, {"ids": exchange_ids}):
            self._foreseen_artifacts[row.exchange_id, row.kind] = row
        for row in self._connection.execute(_FINDINGS_OF, {"ids": exchange_ids}):
            self._foreseen_findings.setdefault((row.exchange_id, row.stage), []).append(row.finding)
        self._foreseen.update(exchange_ids)

    def artifact(self, exchange_id: int, kind: str) -> bytes | None:
        """Return the latest bytes of a kind, or None; raise Undeliverable when the archive lost them."""
        row = self._latest(exchange_id, kind)
        if row is not None and row.removed_at is not None:
            raise _removed(f"the {kind} of exchange {exchange_id}", row.removed_at)
        return None if row is None else self._bytes(row)

    def kept_artifact(self, exchange_id: int, kind: str) -> bytes | None:
        """Return the latest bytes of a kind, or None, also when retention removed them."""
        row = self._latest(exchange_id, kind)
        return None if row is None or row.removed_at is not None else self._bytes(row)

    def open_artifact(self, artifact: Artifact) -> BinaryIO:
        """Open the bytes of an artifact for reading; raise Undeliverable when they are lost or were removed."""
        if artifact.removed_at is not None:
            raise _removed(f"the {artifact.kind} of exchange {artifact.exchange_id}", artifact.removed_at)
        row = self._row(artifacts, artifact.id)
        return self._archive.open(row.sha256) if row.body is None else io.BytesIO(self._bytes(row))

    def _latest(self, exchange_id: int, kind: str) -> Row[Any] | None:
        if exchange_id in self._foreseen:
            return self._foreseen_artifacts.get((exchange_id, kind))
        self._keep_payloads()
        asked = {"exchange_id": exchange_id, "kind": kind}
        return next(iter(self._found(artifacts, asked, newest=True, limit=1)), None)

    def _bytes(self, row: Row[Any]) -> bytes:
        if row.body is None:
            return self._archive.get(row.sha256)
        return self._archive.from_row(row.body, row.sha256, row.size)

    def file_bytes(self, transmission: Transmission) -> bytes:
        """Return a file as it was picked up; raise Undeliverable when it is not kept any more."""
        if transmission.removed_at is not None:
            raise _removed(f"file T{transmission.id}", transmission.removed_at)
        return self._archive.get(transmission.sha256)

    def artifacts(self, exchange_id: int) -> list[Artifact]:
        """Return all artifacts of an exchange, older versions too, oldest first."""
        rows = self._connection.execute(_WITHOUT_BYTES, {"exchange_id": exchange_id})
        return [Artifact(**row._mapping) for row in rows]


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
