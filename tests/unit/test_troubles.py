"""What keeps a runner from its work is told once, told anew when it changes, and so is its end."""

from __future__ import annotations

import logging

import pytest

from hub.model.errors import ConfigError
from hub.runners.troubles import EXPECTED, Troubles


@pytest.fixture
def troubles(caplog: pytest.LogCaptureFixture) -> Troubles:
    caplog.set_level(logging.INFO, "hub.runner")
    return Troubles(logging.getLogger("hub.runner"))


def test_a_trouble_is_told_once_and_so_is_its_end(
    troubles: Troubles, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        troubles.tell("acme", OSError("no room"))
        troubles.tell("nordic", OSError("no room"))
    troubles.tell("acme", OSError("no route"))
    for _ in range(2):
        troubles.over("acme")
    troubles.tell("acme", OSError("no route"))
    assert caplog.messages == [
        "acme: no room",
        "nordic: no room",
        "acme: no route",
        "acme: works again",
        "acme: no route",
    ]


def test_a_fault_of_the_program_comes_with_its_traceback(
    troubles: Troubles, caplog: pytest.LogCaptureFixture
) -> None:
    for fault in (ConfigError("no key"), KeyError()):
        troubles.tell(type(fault).__name__, fault, expected=isinstance(fault, EXPECTED))
    assert [record.exc_info is not None for record in caplog.records] == [False, True]
    assert caplog.messages[1] == "KeyError: KeyError", "a fault without a word is told by its name"
