"""A trial says what would become of a file: here of an application advice, which is checked before it is matched."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from hub.model.exchange import State
from hub.settings import Settings
from hub.wiring import Trials

ADVICE = """ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1200*U*00401*000000007*0*P*>~
GS*AG*ACME*OURCO*20250110*1200*7*X*004010~
ST*824*0001~
BGN*00*ADV1*20250110~
OTI*TR*IV*4711~
SE*4*0001~
GE*1*7~
IEA*1*000000007~
"""


@pytest.mark.parametrize(
    ("old", "new", "state", "verdict"),
    [
        ("", "", State.MATCHED, "AK5*A~"),
        ("*20250110~\nOTI", "*250110~\nOTI", State.REJECTED, "AK5*R*5~"),  # six digits where eight belong
    ],
)
def test_an_advice_is_checked_before_it_is_matched(
    tmp_path: Path, old: str, new: str, state: State, verdict: str
) -> None:
    settings = Settings()
    empty = structs.replace(settings, paths=structs.replace(settings.paths, partners=str(tmp_path)))
    trial = Trials(empty).run(ADVICE.replace(old, new).encode(), "advice.edi", None, any_sender=True)
    assert [document.state for document in trial.documents] == [state]
    ((_, answer),) = [one for one in trial.answers if one[0] == "997"]
    assert verdict in answer
