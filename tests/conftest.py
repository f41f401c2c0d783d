"""Options and fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a slow machine is no fault of the code
settings.load_profile("untimed")

# what tests compile is kept in the project, not in the home of whoever runs them
os.environ.setdefault("PARTNER_HUB_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "x12"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the expected files of golden cases"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Say whether expected files are to be written instead of compared."""
    return bool(request.config.getoption("--update-golden"))
