"""The window. Qt is imported here and nowhere else."""

__all__ = ["run_window"]


def run_window() -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    from labclient.ui._app import run

    return run()
