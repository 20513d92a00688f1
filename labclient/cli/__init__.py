"""The command line: the same façade without a screen."""

from labclient.cli._main import main

__all__ = ["main"]
