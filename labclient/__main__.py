"""The entrance: the window when nothing is asked, else the command line."""

import os
import sys
from multiprocessing import freeze_support

NO_SCREEN = 3
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def main() -> int:
    """`labclient` opens the window, `labclient VERB …` does what the verb says; returns the exit code."""
    freeze_support()
    if len(sys.argv) > 1:
        from labclient.cli import main as command_line

        return command_line()
    from labclient.words import message, say, system_language, use_language

    use_language(system_language())
    if not _has_screen():
        told = message("There is no screen for the window. `labclient --help` lists what can be done without one.")
        sys.stderr.write(f"{say(told)}\n")
        return NO_SCREEN
    from labclient.ui import run_window

    return run_window()


def _has_screen() -> bool:
    """Whether a window can be opened; Qt would end the process where it cannot."""
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in _SCREENS)


if __name__ == "__main__":
    sys.exit(main())
