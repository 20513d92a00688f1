"""The verbs of the command line, each with its function."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any

from labclient.words import Message, say

Run = Callable[[Namespace], int]


class Verbs:
    """Collects verbs under a parser; `sub` opens a verb that has verbs of its own."""

    def __init__(self, parser: ArgumentParser, name: str = "verb") -> None:
        self._parsers: Any = parser.add_subparsers(dest=name, metavar="VERB", required=True)

    def add(self, name: str, help_text: Message, run: Run) -> ArgumentParser:
        """A verb that `run` does; its return is the exit code."""
        parser: ArgumentParser = self._parsers.add_parser(name, help=say(help_text), description=say(help_text))
        parser.set_defaults(run=run)
        return parser

    def sub(self, name: str, help_text: Message) -> "Verbs":
        """A verb with verbs of its own."""
        parser: ArgumentParser = self._parsers.add_parser(name, help=say(help_text), description=say(help_text))
        return Verbs(parser, f"{name}_verb")
