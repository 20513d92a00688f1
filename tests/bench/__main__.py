"""`python3 dev.py bench`: each figure as it is measured; see `--help`."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from ._figures import LONG, QUICK, Figure, Size
from ._peers import PeerMissing

Bench = Callable[[Size, Path], Iterator[Figure]]
# by name: what one needs shall not lie in the memory of another
BENCHES = {
    ("polls", "poll"): ("poll_ratio", "poll_ratio_null"),
    ("polls", "pymeasure"): ("poll_vs_pymeasure",),
    ("polls", "overhead"): ("driver_overhead",),
    ("streams", "rate"): ("stream_rate", "stream_rss_growth"),
    ("streams", "latency"): ("commit_p99_ms", "commit_p99_copied_ms"),
    ("kills", "loss"): ("crash_loss_ms", "crash_verified"),
    ("records", "stream"): ("file_bytes_per_reading", "open_1e7_s", "check_ratio", "check_deep_ratio"),
    ("numbers", "allan"): ("oadev_1e6_ratio", "oadev_1e6_difference"),
    ("packages", "package"): ("package_1e7_rss_mb", "package_1e7_ratio"),
    ("_gui", "plot"): ("plot_1e7_frame_ms", "plot_append_ms"),
    ("_gui", "large"): ("plot_1e8_frame_ms",),
    ("_window", "block"): ("gui_block_p99_ms", "gui_block_max_ms"),
    ("_window", "start"): ("start_ratio",),
}
NAMES = [name for names in BENCHES.values() for name in names]


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure labclient, each figure beside its peer.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"figures to measure (default: all): {', '.join(NAMES)}"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--quick", action="store_true", help="small sizes: shows that everything runs, not how fast")
    sizes.add_argument(
        "--long", action="store_true", help="streams of five minutes (needs 10 GB in the temporary folder)"
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    wanted = set(asked.names) or set(NAMES)
    size = QUICK if asked.quick else LONG if asked.long else Size()
    missing = False
    for (module, function), names in BENCHES.items():
        if wanted.intersection(names):
            bench: Bench = getattr(import_module(f"{__package__}.{module}"), function)
            with TemporaryDirectory(prefix="labclient-bench-") as folder:
                try:
                    for figure in bench(size, Path(folder)):
                        if figure.name in wanted:
                            say(json.dumps(asdict(figure), ensure_ascii=False) if asked.json else told(figure))
                except PeerMissing as why:  # no figure at all, rather than one against nothing
                    missing = True
                    for name in names:
                        error = {"name": name, "error": str(why)}
                        say(json.dumps(error, ensure_ascii=False) if asked.json else f"{name:24}error: {why}")
    return 3 if missing else 0


def told(figure: Figure) -> str:
    """A figure as one aligned line."""
    return f"{figure.name:24}{figure.value:>14.6g}  {figure.unit:14}{figure.bar:18}{figure.peer}".rstrip()


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
