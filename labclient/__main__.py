"""The entrance: the window when nothing is asked, else the command line."""

import sys
from multiprocessing import freeze_support


def main() -> int:
    """`labclient` opens the window, `labclient VERB …` does what the verb says; returns the exit code."""
    freeze_support()
    if len(sys.argv) > 1:
        from labclient.cli import main as command_line

        return command_line()
    from labclient.ui import run_window
    from labclient.words import system_language, use_language

    use_language(system_language())
    return run_window()


if __name__ == "__main__":
    sys.exit(main())
