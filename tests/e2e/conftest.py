"""A practice Odoo for the whole run, and a small hub of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.erp.practice.server import PracticeOdoo
from tests.support.small_hub import SmallHub, practice_odoo, small_hub


@pytest.fixture(scope="session")
def shared_odoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeOdoo]:
    with practice_odoo(tmp_path_factory.mktemp("odoo")) as odoo:
        yield odoo


@pytest.fixture
def odoo(shared_odoo: PracticeOdoo) -> Iterator[PracticeOdoo]:
    """The shared practice Odoo; faults ordered by a test end with it."""
    yield shared_odoo
    shared_odoo.faults.clear()


@pytest.fixture
def hub(tmp_path: Path, odoo: PracticeOdoo) -> Iterator[SmallHub]:
    with small_hub(tmp_path, odoo) as hub:
        yield hub
