"""The record samples that we ship, through a whole hub, into an Odoo 19 with projects, timesheets and manufacturing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.erp.odoo import OdooSettings
from hub.erp.odoo.client import Session
from tests.e2e.record_samples_suite import PARTNERS, RecordSamplesSuite
from tests.support.own_odoo import OwnOdoo, own_odoo
from tests.support.record_samples import prepare
from tests.support.small_hub import SmallHub, small_hub

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module")
def odoo() -> Iterator[OwnOdoo]:
    with own_odoo("records", "project,hr_timesheet,mrp") as odoo:
        session = Session(settings(odoo))
        prepare(session)
        session.close()
        yield odoo


def settings(odoo: OwnOdoo) -> OdooSettings:
    return OdooSettings(url=odoo.url, database=odoo.database, key=odoo.key, login=odoo.login)


@pytest.fixture
def hub(tmp_path: Path, odoo: OwnOdoo) -> Iterator[SmallHub]:
    with small_hub(tmp_path, odoo) as hub:
        for key in PARTNERS:
            hub.edit(key, 'status = "paused"', 'status = "live"')
        yield hub


@pytest.fixture
def session(odoo: OwnOdoo) -> Iterator[Session]:
    found = Session(settings(odoo))
    yield found
    found.close()


class TestRealOdoo(RecordSamplesSuite):
    """A real Odoo 19."""
