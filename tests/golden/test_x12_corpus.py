"""Every X12 file of the corpus through `hub partner try --any`: none raises, and the counts are kept.

The counts are by document and state, in tests/golden/corpus/x12_summary.json. They say how the hub reads the files of
strangers; a change of the engine, a dictionary or a map shows as a change of a number. Skipped without the corpus.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from hub.model.exchange import State
from hub.settings import Settings
from hub.trial import Trial
from hub.wiring import Trials

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SUMMARY = Path(__file__).parent / "corpus" / "x12_summary.json"

#: The files are tried as if they came before any of their dates.
LONG_AGO = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not on this machine")


def files() -> list[Path]:
    with (CORPUS / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        rows = csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [CORPUS / row["path"] for row in rows if row["family"] == "x12"]


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    """Try every file as a stranger's: the folder of profiles is empty."""
    settings = Settings()
    folder = tmp_path_factory.mktemp("partners")
    tried = Trials(
        structs.replace(settings, paths=structs.replace(settings.paths, partners=str(folder))),
        lambda: LONG_AGO,
    )
    return [tried.run(file.read_bytes(), "file", None, any_sender=True) for file in files()]


def summary(trials: list[Trial]) -> dict[str, Any]:
    """Count files by what became of them, documents by kind and state, and the answers that would go."""
    documents = [document for trial in trials for document in trial.documents]
    return {
        "files": len(trials),
        "read": sum(bool(trial.documents) for trial in trials),
        "unreadable": sum(not trial.documents for trial in trials),
        "states": counted(document.state.value for document in documents),
        "documents": counted(f"{document.document.value} {document.state.value}" for document in documents),
        "answers": counted(kind for trial in trials for kind, _ in trial.answers),
    }


def counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def test_every_file_is_tried(
    trials: list[Trial], update_golden: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    found = summary(trials)
    text = json.dumps(found, indent=2) + "\n"
    if update_golden:
        SUMMARY.write_text(text, "utf-8")
    states = ", ".join(f"{count} {state}" for state, count in found["states"].items())
    with capsys.disabled():
        sys.stdout.write(
            f"\n{found['files']} X12 files, {found['unreadable']} unreadable; documents: {states}\n"
        )
    assert text == SUMMARY.read_text("utf-8")


def test_what_is_not_taken_says_why(trials: list[Trial]) -> None:
    for trial in trials:
        assert trial.documents or any(finding.fatal for finding in trial.findings), trial
        for document in trial.documents:
            if document.state in {State.REJECTED, State.HELD, State.QUARANTINED}:
                assert document.why, document
