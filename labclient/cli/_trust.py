"""`labclient trust`: the pilot's lists that this PC believes, each after a person has compared a fingerprint."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from labclient.cli._out import line
from labclient.cli._verbs import Verbs
from labclient.home import this_pc
from labclient.package import keep_trust, open_trust
from labclient.participation import confirm_root
from labclient.words import message, say


def add(verbs: Verbs) -> None:
    trust = verbs.sub("trust", message("trust lists accepted on this PC"))
    accept = trust.add("accept", message("keep a trust list on this PC, its fingerprint compared"), _accept)
    accept.add_argument("file", type=Path, metavar="FILE")
    accept.add_argument(
        "--confirm", metavar="FINGERPRINT", help=say(message("the fingerprint as the pilot said it by another way"))
    )


def _accept(asked: Namespace) -> int:
    trusted = open_trust(asked.file, datetime.now(UTC))
    confirm_root(trusted, asked.confirm)
    path = keep_trust(this_pc(), trusted, asked.file)
    line(message("Accepted: trust list {version} of {comparison}, {people} people: {path}", path=path,
                 version=trusted.trust.version, comparison=trusted.trust.comparison,
                 people=len(trusted.trust.people)))  # fmt: skip
    return 0
