"""Which verdict on one document of ours follows from a received 997, as a table."""

from __future__ import annotations

import pytest

from hub.stages.match import verdict_on
from tests.support.x12_samples import envelope
from translators.x12.acks.reader import read_functional_ack


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        # the group alone: no AK2, as Microsoft and Oracle write it
        ("AK9*A*1*1*1", "A"),
        ("AK9*E*1*1*1", "E"),
        ("AK9*R*1*1*0*5", "R"),
        ("AK9*P*2*2*1", "R"),  # some are not accepted: which, is not said
        ("AK9*P*1*1*1", "A"),
        ("AK9*P", "R"),
        # its own AK2
        ("AK2*855*0001~AK5*A~AK9*A*1*1*1", "A"),
        ("AK2*855*1~AK5*E*5~AK9*E*1*1*1", "E"),
        ("AK2*855*0001~AK5*R*5~AK9*P*2*2*1", "R"),
        ("AK2*855*0001~AK5*A~AK2*855*0002~AK5*R~AK9*P*2*2*1", "A"),
        ("AK2*855*0001~AK5*A~AK9*R*1*1*0*4", "R"),  # a refused group takes its sets along
        # only what is rejected is named, and it is another
        ("AK2*855*0002~AK5*R*5~AK9*P*2*2*1", "A"),
        # an AK2 without its AK5, verdicts of security, verdicts that nobody knows
        ("AK2*855*0001~AK9*A*1*1*1", "A"),
        ("AK2*855*0001~AK9*R*1*1*0", "R"),
        ("AK2*855*0001~AK5*W~AK9*A*1*1*1", "W"),
        ("AK9*X*1*1*0", "X"),
        ("AK2*855*0001~AK5*Q~AK9*A*1*1*1", "Q"),
        ("AK9", ""),
    ],
)
@pytest.mark.parametrize("set_id", ["997", "999"])
def test_the_verdict_on_one_set_of_a_group(rows: str, verdict: str, set_id: str) -> None:
    text = f"ST*{set_id}*0001~AK1*PR*7~{rows}~SE*9*0001~"
    text = text.replace("AK5", "IK5") if set_id == "999" else text
    (ack,), _ = read_functional_ack(text.encode(), envelope(set_id))
    mine = next((s for s in ack.sets if s.control.lstrip("0") == "1"), None)
    assert verdict_on(ack, mine) == verdict
