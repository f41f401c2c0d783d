"""jobs: what a hub does again and again, beside the steps of its lanes. Runners ask for it by name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from hub.runners.port import Job
from hub.wiring import Hub

EXPIRE_SECONDS = 5.0
RETAIN_SECONDS = 86_400.0
RECONCILE_SECONDS = 86_400.0
_MAILBOX = "mailbox:"


def mailbox_job(partner: str) -> str:
    """Return the name of the job that picks up a partner's files."""
    return f"{_MAILBOX}{partner}"


class HubJobs:
    """The jobs of one hub: a few of its own, and one mailbox for each partner that there is now."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        jobs = (
            Job("erp", hub.settings.poll.erp, self._able(hub.noticer.watch)),
            Job("clock", EXPIRE_SECONDS, self._able(hub.clock_watch.run)),
            Job("deadlines", EXPIRE_SECONDS, self._able(hub.noticer.expire)),
            Job("schedules", EXPIRE_SECONDS, self._able(hub.scheduler.run)),
            Job("groups", EXPIRE_SECONDS, self._able(hub.pipeline.close_groups)),
            Job("retention", RETAIN_SECONDS, hub.retaining.run),
            Job("reconcile", RECONCILE_SECONDS, hub.reconciler.run),
        )
        self._own = {job.name: job for job in jobs}

    def _able(self, work: Callable[[], object]) -> Callable[[], object]:
        """Return work that is left out while the hub cannot store what comes of it."""
        return lambda: work() if self._hub.storing.takes_work() else None

    def names(self) -> Collection[str]:
        """Return the names of all, with those of partners whose profiles came after the start."""
        return [*self._own, *map(mailbox_job, self._hub.partners())]

    def get(self, name: str) -> Job | None:
        """Return a job; None for the mailbox of a partner whose profile is gone."""
        if name in self._own:
            return self._own[name]
        partner = self._hub.partners().get(name.removeprefix(_MAILBOX))
        if partner is None:
            return None
        local = partner.transport.kind != "sftp"
        every = self._hub.settings.poll.mailbox if local else partner.transport.poll_seconds
        return Job(name, every, partial(self._poll, partner.key))

    def _poll(self, key: str) -> None:
        partner = self._hub.partners().get(key)
        if partner is not None and partner.status != "paused" and self._hub.storing.takes_work():
            self._hub.pickup.poll(partner, self._hub.desk.mailbox(partner))
