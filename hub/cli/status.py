"""`hub status`: a few lines that say whether the hub runs, whether it takes work, and what waits for whom.

Exit status: 0 it runs and takes work, 1 it does not, 2 the settings do not load.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from hub import story
from hub.cli.context import FAILED, answers_in_one_line, console, open_store, print_json, settings
from hub.cli.pages import told_away
from hub.model.exchange import OWNERS


@answers_in_one_line
def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say in a few lines whether the hub runs here, whether it can store what comes, and what waits for whom."""
    from hub.doctor.machine import running_hub
    from hub.storing import Storing, places_of

    found = settings()
    running = running_hub(Path(found.paths.var))
    with open_store() as store:
        ills = [ill.line() for ill in Storing(store, places_of(found)).ills()]
        (queues, files), away = story.queues(store), story.away(store)
    waiting = Counter[str]()
    for queue in queues:
        waiting[queue.owner] += queue.count
    for file in files:
        waiting[OWNERS[file.state]] += 1
    if as_json:
        print_json({"process": running, "storage": ills, "away": away, "waiting": waiting})
    else:
        console.print(f"process: {running}" if running else "process: no hub runs in this folder (`hub run`)")
        console.print("storage: all that comes can be stored" if not ills else "[bold red]takes no work[/]")
        for ill in ills:
            console.print(f"  {escape(ill)}")
        for outage in away:
            console.print(f"[bold red]away[/]: {told_away(outage)}", soft_wrap=True)
        owners = ", ".join(f"{count} for {owner}" for owner, count in sorted(waiting.items()))
        console.print(f"waiting: {owners or 'nothing'}" + (" (hub queue)" if owners else ""))
    raise typer.Exit(0 if running and not ills else FAILED)
