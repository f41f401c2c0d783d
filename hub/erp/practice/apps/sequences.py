"""Document numbers: S00001, P00001, WH/OUT/00001, INV/2026/00001, BILL/2026/11/0001, PACK0000001."""

from __future__ import annotations

from hub.erp.practice.records import Env


def next_number(env: Env, prefix: str, digits: int = 5) -> str:
    """Return the next number after a prefix; each prefix counts on its own. A call that fails uses none up."""
    row = env.connection.execute("SELECT id, next FROM practice_sequence WHERE name = ?", [prefix]).fetchone()
    number = int(row["next"]) if row else 1
    if row:
        env.beside("UPDATE practice_sequence SET next = ? WHERE id = ?", [number + 1, row["id"]])
    else:
        env.beside("INSERT INTO practice_sequence (name, next) VALUES (?, ?)", [prefix, number + 1])
    return f"{prefix}{number:0{digits}d}"
