"""turns: of all processes that share a store, one does a job at a time, and no oftener than its pause.

A job's turn is a lease like a lane's. When it is done, the lease rests until the next turn is due.
"""

from __future__ import annotations

from hub.heart import Heart
from hub.runners.port import Job
from hub.store import Store

_JOBS = "/job/"  # a partner's key has no slash, so no lane is called so


class Turns:
    """Gives turns. Safe to use from many threads."""

    def __init__(self, store: Store, heart: Heart) -> None:
        self._store, self._heart = store, heart

    def resting(self) -> set[str]:
        """Return the names of the jobs that are being done, or not due yet."""
        with self._store.read() as tx:
            return {lane.removeprefix(_JOBS) for lane in tx.taken_lanes(_JOBS)}

    def take(self, job: Job, owner: str, *, early: bool = False) -> bool:
        """Do a job if its turn has come (`early`: also before that), and say whether it was done.

        Raises what the job raises; its next turn comes after the same pause.
        """
        with self._store.begin() as tx:
            lease = tx.claim_lane(f"{_JOBS}{job.name}", owner, self._heart.lease_seconds, early=early)
        if lease is None:
            return False
        try:
            with self._heart.holding(lease):
                job.run()
        finally:
            with self._store.begin() as tx:
                tx.rest_lane(lease, job.every_seconds)
        return True
