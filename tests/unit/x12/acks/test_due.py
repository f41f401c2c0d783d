"""When an interchange gets a TA1."""

from __future__ import annotations

from typing import Literal

import pytest

from hub.model import problems as p
from hub.model.envelope import UnwrappedGroup, UnwrappedInterchange
from hub.model.finding import Finding
from tests.support.x12_samples import envelope
from translators.x12.acks.due import owes_technical

GROUP = (UnwrappedGroup(envelope=envelope("850")),)
TA1 = (("TA1", "000000001", "250110", "1200", "A", "000"),)
REFUSED = (Finding(p.ISA_INVALID, ""),)
STRANGER = (Finding(p.SENDER_UNKNOWN, ""),)
Policy = Literal["asked", "always", "never", "on_error"]


@pytest.mark.parametrize(
    ("policy", "asked", "refusals", "owed"),
    [
        ("asked", False, (), False),
        ("asked", True, (), True),
        ("asked", False, REFUSED, True),
        ("always", False, (), True),
        ("on_error", True, (), False),
        ("on_error", False, REFUSED, True),
        ("never", True, REFUSED, False),
        ("always", True, STRANGER, False),
        ("always", True, (Finding(p.SENDER_WRONG_ACCOUNT, ""),), False),
    ],
)
def test_when_a_ta1_is_due(policy: Policy, asked: bool, refusals: tuple[Finding, ...], owed: bool) -> None:
    one = UnwrappedInterchange(envelope=envelope("850", ack_requested=asked), groups=GROUP)
    assert owes_technical(one, refusals, policy) is owed


def test_an_interchange_of_ta1_alone_is_never_answered() -> None:
    alone = UnwrappedInterchange(envelope=envelope("TA1", ack_requested=True), technical_acks=TA1)
    beside = UnwrappedInterchange(envelope=alone.envelope, technical_acks=TA1, groups=GROUP)
    assert not owes_technical(alone, (), "always")
    assert owes_technical(beside, (), "always")
