"""The collector of cycles rests while a set is read and no longer: not after a failure, nor where it was off before."""

from __future__ import annotations

import gc

import pytest

from translators.x12.collector import resting


def test_it_rests_inside_only() -> None:
    with resting():
        assert not gc.isenabled()
        with resting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_wakes_behind_a_failure() -> None:
    with pytest.raises(ValueError, match="bad"), resting():
        raise ValueError("bad")
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    try:
        with resting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
