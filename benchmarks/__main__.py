"""`make bench`: the speed of the X12 engine beside pyx12, and the wait of a partner for its 997."""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
from pathlib import Path

from benchmarks import engine, latency


def main() -> None:
    """Measure and print."""
    print(f"python -m benchmarks on {_machine()}\n")
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        _print_engine(engine.measure(Path(folder) / "maps"))
        _print_latency(latency.measure(Path(folder)))


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


def _print_engine(speeds: list[engine.Speed]) -> None:
    slowest = min(speed.per_second for speed in speeds)
    print(
        f"X12 850s of {engine.LINES} lines, same rules; CPU time, best of {engine.ROUNDS} alternating rounds"
    )
    print(f"  {'':32}{'orders':>8}{'seconds':>10}{'orders/s':>10}{'MB/s':>8}{'times pyx12':>13}")
    for speed in speeds:
        rate = speed.size / speed.seconds / 1e6
        ratio = speed.per_second / slowest
        print(
            f"  {speed.what:32}{speed.orders:8,}{speed.seconds:10.3f}{speed.per_second:10,.0f}{rate:8.1f}{ratio:13.0f}"
        )


def _print_latency(waits: list[float]) -> None:
    median, worst = statistics.median(waits) * 1000, max(waits) * 1000
    print(
        f"\nrunning hub, from upload over SFTP to the 997 in the partner's folder, {len(waits)} drops one by one"
    )
    print(f"  median {median:,.0f} ms, worst {worst:,.0f} ms")


if __name__ == "__main__":
    main()
