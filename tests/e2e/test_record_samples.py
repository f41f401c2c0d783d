"""The record samples that we ship, through a whole hub, into the practice Odoo as it stands after `make run`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.erp.odoo import OdooSettings
from hub.erp.odoo.client import Session
from hub.erp.practice.server import PracticeOdoo
from hub.record_trials import try_records
from tests.e2e.record_samples_suite import PARTNERS, RecordSamplesSuite
from tests.support.record_samples import FOLDER, SAMPLES, read_sample
from tests.support.small_hub import SmallHub, practice_odoo, small_hub


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    """A practice Odoo of its own: the samples make what no other test is to find."""
    with practice_odoo(tmp_path_factory.mktemp("samples")) as odoo:
        yield odoo


@pytest.fixture
def hub(tmp_path: Path, own: PracticeOdoo) -> Iterator[SmallHub]:
    with small_hub(tmp_path, own) as hub:
        for key in PARTNERS:
            hub.edit(key, 'status = "paused"', 'status = "live"')
        yield hub


@pytest.fixture
def session(own: PracticeOdoo) -> Iterator[Session]:
    settings = OdooSettings(url=own.url, database=own.database, key=own.key, login=own.login)
    found = Session(settings)
    yield found
    found.close()


class TestPracticeOdoo(RecordSamplesSuite):
    """The practice Odoo."""


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_each_sample_can_be_tried(hub: SmallHub, file: Path) -> None:
    partner, _, batch = read_sample(file)
    if batch.record_type == "compliance":  # certificates are for vendors that are there
        (vendors,) = (one for one in SAMPLES if one.name.startswith("vendors_"))
        hub.send(vendors.read_bytes(), vendors.name, "vendorportal")
    erp = hub.hub.desk.erp().records
    trial = try_records(file.read_bytes(), file.name, partner, wanted="", folder=FOLDER, erp=erp)
    assert [finding.line() for finding in trial.findings if finding.fatal] == []
    assert (trial.tally.refused, trial.tally.rows) == (0, batch.row_count)
