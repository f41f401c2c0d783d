"""An Odoo that hangs takes no more threads than it may: a file is opened and answered meanwhile."""

from __future__ import annotations

from pathlib import Path

from hub.model.documents import DocType
from hub.model.exchange import State
from hub.runners.local import LocalRunner
from hub.runners.port import Job
from tests.support.hub_process import until
from tests.support.small_hub import PARTNERS, fresh_number, practice_odoo, small_hub
from tests.support.wire import order_file

SAMPLE = PARTNERS / "nordic" / "samples" / "order_70031.csv"


class NoJobs:
    """The test polls by itself."""

    def names(self) -> tuple[str, ...]:
        return ()

    def get(self, name: str) -> Job | None:
        return None


def test_files_are_opened_while_odoo_answers_nobody(tmp_path: Path) -> None:
    with practice_odoo(tmp_path) as odoo, small_hub(tmp_path / "hub", odoo) as hub:
        hub.put(order_file(fresh_number(), control=1), "1.edi")
        hub.put(SAMPLE.read_bytes(), SAMPLE.name, "nordic")
        hub.poll()
        odoo.fail_next("slow", 1000, seconds=3.0)  # a call may last 5
        runner = LocalRunner(hub.hub.store, hub.hub.pipeline, 2, NoJobs())
        runner.start()
        try:
            until(lambda: hub.log(state=State.TRANSLATED), "an order goes to Odoo")
            hub.put(order_file(fresh_number(), control=2), "2.edi")
            hub.poll()
            until(lambda: len(hub.log(DocType.FUNCTIONAL_ACK, state=State.DELIVERED)) == 2, "both 997s")
            assert hub.log(state=State.POSTED) == []
        finally:
            odoo.faults.clear()
            runner.stop()
