"""How long a student waits: `mlgrade check` against plain pytest on the same checks, side by side in one run.

    python benchmarks/check_latency.py [--runs 15] [solutions/softmax.py | solutions]

Plain pytest imports the file into its own process: no isolation, no limits, no diagnosis. Runs alternate, so that a
machine that slows down slows both; the ratio is of the medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", default="solutions/softmax.py")
    parser.add_argument("--runs", type=int, default=15)
    args = parser.parse_args()
    ours, plain = commands(args.path)
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "MLGRADE_STATE": state, "PYTHONPATH": str(ROOT / "benchmarks")}
        times: dict[str, list[float]] = {"mlgrade check": [], "plain pytest": []}
        for _ in range(args.runs + 1):
            times["mlgrade check"].append(timed(ours, environment))
            times["plain pytest"].append(timed(plain, environment))
    report({name: values[1:] for name, values in times.items()})  # the first round warms the disk cache


def commands(path: str) -> tuple[list[str], list[str]]:
    ours = [sys.executable, "-m", "mlgrade", "check", path, "--plain"]
    folders = ["tests/public", "tests/hidden"]
    suites = folders if (ROOT / path).is_dir() else [f"{folder}/test_{Path(path).stem}.py" for folder in folders]
    options = ["--import-mode=importlib", "-q", "-p", "in_process", "--file", path]
    return ours, [sys.executable, "-m", "pytest", *options, *suites]


def timed(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - start


def report(times: dict[str, list[float]]) -> None:
    for name, values in times.items():
        low, middle, high = min(values), statistics.median(values), max(values)
        print(
            f"{name:<14} median {middle * 1000:6.0f} ms   ({low * 1000:.0f} to {high * 1000:.0f}, {len(values)} runs)"
        )
    ours, plain = times.values()
    print(f"ratio of medians {statistics.median(ours) / statistics.median(plain):.2f}  (1.0 or below is the goal)")


if __name__ == "__main__":
    main()
