"""`python -m labclient.instruments.simulator DRIVER.toml`: one simulated instrument."""

from argparse import ArgumentParser
from pathlib import Path

from labclient.instruments._driver import load_driver
from labclient.instruments.simulator._living import run
from labclient.instruments.simulator._world import WorldFile, load_world


def main() -> None:
    """Parse and run."""
    parser = ArgumentParser(prog="python -m labclient.instruments.simulator")
    parser.add_argument("driver", type=Path)
    parser.add_argument("--listen", default="tcp://127.0.0.1:0")
    parser.add_argument("--world", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--control-port", type=int, default=0)
    asked = parser.parse_args()
    world = load_world(asked.world) if asked.world else WorldFile()
    driver = load_driver(asked.driver)
    run([driver], asked.listen, world, seed=asked.seed, speed=asked.speed, control_port=asked.control_port)


if __name__ == "__main__":
    main()
