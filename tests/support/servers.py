"""Which real servers the tests were given. `make test-postgres` and `make test-celery` bring them up and name them."""

from __future__ import annotations

import os

import pytest

from tests.support.store import POSTGRES_URL

#: Without a server there is nothing to test: pytest says so; the make targets, and so CI, always have one.
needs_postgres = pytest.mark.skipif(
    not POSTGRES_URL, reason="HUB_TEST_POSTGRES_URL is not set (make test-postgres sets it)"
)
ON_POSTGRES = [pytest.mark.postgres, needs_postgres]

#: Parameters of a fixture or test for each kind of database.
KINDS = ["sqlite", pytest.param("postgresql", marks=ON_POSTGRES)]

BROKERS = {"rabbitmq": "HUB_TEST_RABBITMQ_URL", "redis": "HUB_TEST_REDIS_URL"}


def broker_url(name: str) -> str:
    """Return the URL of a broker; skip the test where none was given, for nothing can stand in for one."""
    url = os.environ.get(BROKERS[name], "")
    if not url:
        pytest.skip(f"{BROKERS[name]} is not set (make test-celery sets it)")
    return url
