"""A fault that a rule found: what is wrong at which key. Loading turns it into a finding with its line."""

from __future__ import annotations

from typing import NamedTuple

from hub.model import problems
from hub.model.finding import Severity
from hub.toml.positions import KeyPath


class Fault(NamedTuple):
    """What is wrong at a path of keys, and what to do about it."""

    path: KeyPath
    message: str
    hint: str
    value: str = ""
    problem: str = problems.CONFIG_VALUE
    severity: Severity = Severity.ERROR
