"""`make bench-x12`: the X12 engine beside pyx12. `make bench`: that, the wait for a 997, orders into Odoo, and SFTP
beside OpenSSH.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import engine, idle, latency, log, posting, proof, throughput, transfer

MEGABYTES = 100


def main() -> None:
    """Measure and print what is named: x12, latency, posting, throughput, transfer (these when nothing is); idle, log,
    proof, sizing.
    """
    wanted = sys.argv[1:] or ["x12", "latency", "posting", "throughput", "transfer"]
    print(f"python -m benchmarks {' '.join(sys.argv[1:])} on {_machine()}\n")
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        if "x12" in wanted:
            _print_engine(engine.measure(Path(folder) / "maps"))
            _print_order(engine.one_order())
            _print_stream()
            _print_start(Path(folder))
        if "latency" in wanted:
            _print_latency(latency.measure(Path(folder)))
        if "posting" in wanted:
            _print_posting(posting.measure(Path(folder)))
        if "throughput" in wanted:
            _print_throughput(Path(folder))
        if "transfer" in wanted:
            _print_transfer(Path(folder))
        if "idle" in wanted:
            _print_idle(Path(folder) / "idle")
        if "log" in wanted:
            log.measure(Path(folder) / "log", *_how_large(wanted))
        if "proof" in wanted:
            _print_proof(proof.measure(Path(folder), int(_after(wanted, "proof")[0] or proof.KEYS)))
        if "sizing" in wanted:
            _print_sizing(Path(folder))


def _how_large(wanted: list[str]) -> tuple[int, str]:
    """Return the exchanges and the URL that stand after `log`."""
    size, url = _after(wanted, "log")
    return int(size or log.SHORT), url


def _after(wanted: list[str], word: str) -> list[str]:
    """Return the two words that stand after a word; "" for none."""
    return [*wanted[wanted.index(word) + 1 :], "", ""][:2]


def _print_idle(folder: Path) -> None:
    found = idle.measure(folder)
    print(
        f"\na hub at rest, its practice Odoo elsewhere: {found:.0f} MB of memory (wanted: {idle.WANTED} or less)"
    )


def _print_proof(proved: proof.Proved) -> None:
    print(
        f"\nhub prove once-only of {proved.keys:,} keys, each one order in the practice Odoo: {proved.seconds:.1f} s, "
        f"{proved.megabytes:.0f} MB at most"
    )


def _print_sizing(folder: Path) -> None:
    from benchmarks import sizing  # late: it needs a PostgreSQL

    url = subprocess.run(
        ["tools/postgres", "newdb", "hub_sizing"], check=True, capture_output=True, text=True
    )
    found = sizing.measure(folder, url.stdout.strip())
    thousand = found.documents / 1000
    print(
        f"{sizing.ORDERS} orders of {sizing.LINES} lines, {found.documents} documents, {found.seconds:.0f} s"
    )
    for one in found.processes:
        print(f"  {one.name:16}{one.megabytes:6.0f} MB, {one.connections} connections to PostgreSQL at most")
    print(f"  a thousand documents: {found.database_bytes / thousand / 1e6:.1f} MB in the database,", end=" ")
    print(
        f"{found.archive_bytes / thousand / 1e6:.1f} MB in {found.archive_files / thousand:.0f} archive files"
    )


def _machine() -> str:
    """Return what the figures depend on, without the name of the machine."""
    info = Path("/proc/cpuinfo")
    models = [line for line in info.read_text().splitlines() if "model name" in line] if info.exists() else []
    processor = models[0].partition(":")[2].strip() if models else platform.processor() or "unknown processor"
    load = f"{os.getloadavg()[0]:.1f}"
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {processor}, {os.cpu_count()} cores, load {load}"
    )


def _print_engine(contests: list[engine.Contest]) -> None:
    print(f"beside pyx12 4.0 under the same rules; CPU time, best of {engine.ROUNDS} alternating rounds")
    heads = ("segments", "us/segment", "MB/s", "pyx12 us", "times", "wanted")
    print(f"  {'':44}" + "".join(f"{head:>11}" for head in heads))
    for one in contests:
        speed = one.size / (one.ours * one.segments) / 1e6
        print(
            f"  {one.what:44}{one.segments:11,}{one.ours * 1e6:11.2f}{speed:11.1f}"
            f"{one.pyx12 * 1e6:11.0f}{one.ratio:11.0f}{one.wanted:11.0f}"
        )


def _print_transfer(folder: Path) -> None:
    if not transfer.is_possible():
        print(
            "\n  SFTP beside OpenSSH: not measured, there is no sshd or sftp (make test-sftp installs them)"
        )
        return
    print(f"\n  {transfer.MEGABYTES} MB over SFTP on loopback; best of {transfer.ROUNDS} alternating rounds")
    print(f"  {'':20}{'ours MB/s':>11}{'OpenSSH':>11}{'ratio':>11}")
    for one in transfer.measure(folder):
        print(f"  {one.what:20}{one.ours:11.1f}{one.openssh:11.1f}{one.ratio:11.2f}")


def _print_posting(rates: posting.Rates) -> None:
    print(
        f"\norders of {posting.LINES} lines into {rates.where}, a second; best of {posting.ROUNDS} alternating rounds"
    )
    print(
        f"  one by one {rates.single:.1f}, {posting.AT_ONCE} at once {rates.batched:.1f}, "
        f"by a bare client {rates.bare:.1f}"
    )
    beside, times = rates.batched / rates.bare, rates.batched / rates.single
    print(
        f"  at once: {beside:.0%} of the bare client (wanted: 95% or more), {times:.1f} times one by one (wanted: 2)"
    )


def _print_throughput(folder: Path) -> None:
    print("\ndocuments a second through the whole hub, beside a practice Odoo on the same machine")
    with throughput.setups() as setups:
        for setup in setups:
            rate = throughput.measure(folder, setup)
            print(f"  {setup.title:60}{rate.documents:7.0f}   (wanted: {setup.wanted} or more)")
    print("CPU milliseconds of the hub for a document, by stage")
    for where, orders, cost in throughput.costs(folder):
        stages = ", ".join(f"{stage} {spent:.1f}" for stage, spent in cost.stages.items())
        print(f"  {where}, {orders:2} in a file: {cost.whole:.1f} ({stages})")
        print(f"     outside the stages {cost.overhead:.0%} (wanted: 30% or less)")


def _print_order(seconds: float) -> None:
    what = "one 850 of 20 lines to findings, 997 and order"
    print(f"\n  {what}, warm: {seconds * 1000:.2f} ms (wanted: 1 or less)")


def _print_stream() -> None:
    command = [sys.executable, "-m", "benchmarks.stream", str(MEGABYTES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    segments, seconds, peak = done.stdout.split()
    speed = MEGABYTES / float(seconds)
    print(
        f"  {MEGABYTES} MB of 846 checked as a stream: {int(segments):,} segments, {float(seconds):.1f} CPU s "
        f"({speed:.1f} MB/s), at most {peak} MB of memory (wanted: 64 or less)"
    )


def _print_start(folder: Path) -> None:
    """Print how long a process takes until it can check an 850, without and with what is kept on disk."""
    code = (
        "import time; from translators.x12.rules.compiled import checker_for; began = time.perf_counter(); "
        "checker_for('004010', '850'); print(time.perf_counter() - began)"
    )
    environ = os.environ | {"PARTNER_HUB_CACHE": str(folder / "kept")}
    times = []
    for _ in range(4):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
        )
        times.append(float(done.stdout) * 1000)
    print(
        f"  dictionary read and compiled for an 850: {times[0]:.0f} ms the first time on a machine, "
        f"{min(times[1:]):.0f} ms in every later process"
    )


def _print_latency(waits: list[float]) -> None:
    median, worst = statistics.median(waits) * 1000, max(waits) * 1000
    print(
        f"\nrunning hub, from upload over SFTP to the 997 in the partner's folder, {len(waits)} drops one by one"
    )
    print(f"  median {median:,.0f} ms, worst {worst:,.0f} ms")


if __name__ == "__main__":
    main()
