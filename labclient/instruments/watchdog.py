"""`python -m labclient.instruments.watchdog FILE`: switches an output off when the program that switched it on dies."""

import sys
from pathlib import Path

from labclient.instruments._guard import watch

if __name__ == "__main__":
    watch(Path(sys.argv[1]))
