"""`hub release`, `redrive`, `resend`, `reject`, `cancel` with several numbers: each is answered, none hides another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from hub.cli.main import app
from hub.model.exchange import State
from hub.opening import make_store
from hub.settings import load_settings
from tests.support.store import add_order
from tests.support.web import PARTNERS


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two held orders with an ended one between them, in the store of a hub's folder."""
    monkeypatch.setenv("HUB_ROOT", str(tmp_path))
    store = make_store(load_settings(tmp_path, {}))
    with store.begin() as tx:
        states = (State.HELD, State.POSTED, State.HELD)
        numbers = [str(add_order(tx, f"PO-{state}", state=state).id) for state in states]
    store.close()
    return numbers


def states(root: Path, numbers: list[str]) -> list[State]:
    store = make_store(load_settings(root, {}))
    with store.read() as tx:
        found = [tx.exchange(int(number)).state for number in numbers]
    store.close()
    return found


def hub(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_a_refusal_stops_none_of_the_others_and_hides_none(held: list[str], tmp_path: Path) -> None:
    result = hub("release", held[0], "nothing[/]", held[1], held[2])
    assert result.exit_code == 1
    done = [f"exchange {number} goes on from checked" for number in (held[0], held[2])]
    assert result.stdout.splitlines() == done
    first, second = result.stderr.splitlines()
    assert first == "hub: there is no exchange 'nothing[/]'; `hub log` lists them"
    assert second.startswith(f"hub: exchange {held[1]} is posted, not held")
    assert states(tmp_path, held) == [State.CHECKED, State.POSTED, State.CHECKED]


def test_json_has_an_answer_for_each(held: list[str]) -> None:
    result = hub("cancel", *held, "--why", "sent twice", "--json")
    assert result.exit_code == 1
    first, second, third = json.loads(result.stdout)
    assert first == {"reference": held[0], "what": f"exchange {held[0]} is cancelled", "refused": ""}
    assert (second["what"], third["refused"]) == ("", "")
    assert second["refused"] == f"exchange {held[1]} is posted and can't be cancelled"


def test_all_done_is_status_0(held: list[str], tmp_path: Path) -> None:
    result = hub("cancel", held[0], held[2], "--why", "sent twice")
    assert (result.exit_code, result.stderr) == (0, "")
    assert states(tmp_path, held) == [State.CANCELLED, State.POSTED, State.CANCELLED]


def test_rejecting_says_for_each_how_the_partner_hears_of_it(held: list[str], tmp_path: Path) -> None:
    shutil.copytree(PARTNERS, tmp_path / "partners")
    result = hub("reject", *held, "--why", "not in our range")
    assert result.exit_code == 1
    told = "no [send.application_advice] is agreed with ACME Retail Inc., so tell them yourself"
    assert result.stdout.splitlines() == [f"exchange {n} is rejected: {told}" for n in (held[0], held[2])]
    assert "only a held document of theirs can be rejected" in result.stderr
    assert states(tmp_path, held) == [State.REJECTED, State.POSTED, State.REJECTED]


def test_rejecting_wants_a_profile_that_loads(held: list[str], tmp_path: Path) -> None:
    (tmp_path / "partners").mkdir()
    result = hub("reject", held[0], "--why", "not in our range")
    assert result.exit_code == 1
    assert "the profile of acme does not load" in result.stderr
    assert states(tmp_path, held)[0] is State.HELD
