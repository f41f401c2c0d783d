"""Validation by pyx12, as notes that can be compared with ours: what it says of each set of an interchange."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from typing import NamedTuple

import pyx12.params
import pyx12.x12n_document


class Note(NamedTuple):
    """One fault of a set. `element` 0: of the whole segment; `position` 0: of the set as a whole (AK502)."""

    position: int  # ST = 1
    segment: str
    element: int
    component: int
    code: str  # of AK304, AK403 or AK502


class Verdict(NamedTuple):
    """What one engine says of one set. `words`: its sentences by note, pyx12's with the data element number."""

    accepted: bool
    notes: frozenset[Note]
    words: dict[Note, str]


def verdicts(data: bytes, maps: Path | None = None) -> list[Verdict]:
    """Return pyx12's verdict on each set; `maps` None takes the maps that it ships."""
    answer = io.StringIO()
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    pyx12.x12n_document.x12n_document(
        pyx12.params.params(),
        io.StringIO(data.decode("ascii")),
        None,
        None,
        fd_json=answer,
        map_path=str(maps) if maps else None,
    )
    groups = [g for i in json.loads(answer.getvalue())["interchanges"] for g in i["groups"]]
    sets = [one for group in groups for one in group["transactions"]]
    starts = [at for at, line in enumerate(data.splitlines(), start=1) if line.startswith(b"ST*")]
    return [_verdict(one, start) for one, start in zip(sets, starts, strict=True)]


def _verdict(one: dict, start: int) -> Verdict:
    """`start`: the line of ST, as each segment stands in a line; pyx12's own count of segments leaves out SE."""
    words: dict[Note, str] = {}

    def keep(note: Note, sentence: str) -> None:
        words[note] = f"{words[note]} | {sentence}" if note in words else sentence

    for error in one["errors"]:
        keep(Note(0, "", 0, 0, error["err_cde"]), error["err_str"])
    for segment in one["segments"]:
        place = segment["cur_line"] - start + 1, segment["seg_id"]
        for error in segment["errors"]:
            keep(Note(*place, 0, 0, error["err_cde"]), error["err_str"])
        for element in segment["elements"]:
            spot = int(element["ele_pos"]), int(element["subele_pos"] or 0)
            for error in element["errors"]:
                keep(Note(*place, *spot, error["err_cde"]), f"{error['err_str']} [{element['ele_ref_num']}]")
    return Verdict(one["ack_code"] == "A", frozenset(words), words)
