"""From a finished record to a package: stage, sign in each role, write."""

from argparse import Namespace
from pathlib import Path

from labclient.cli._common import (
    add_identity,
    add_notebook,
    add_who,
    folder_of,
    opened,
    opened_identity,
)
from labclient.cli._out import line
from labclient.cli._verbs import Verbs
from labclient.cli._verify import told_report
from labclient.participation import ROLE_NAMES, pack, prepare, sign
from labclient.words import message, say


def add(verbs: Verbs) -> None:
    package = verbs.sub("package", message("stage and write the package of a result"))
    prepare_ = package.add("prepare", message("stage the next revision, ready to be signed"), _prepare)
    add_notebook(prepare_)
    prepare_.add_argument("--stage", type=Path, required=True, metavar="DIR", help=say(message("new or empty folder")))
    add_who(prepare_)
    write = package.add("write", message("write the signed revision as one file, and verify it"), _write)
    add_notebook(write)
    write.add_argument("stage", type=Path, metavar="STAGE", help=say(message("the staged folder")))
    write.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(message("folder for the package")))
    sign_ = verbs.add("sign", message("sign a staged revision in a role"), _sign)
    add_notebook(sign_)
    sign_.add_argument("stage", type=Path, metavar="STAGE", help=say(message("the staged folder")))
    sign_.add_argument("--role", choices=tuple(ROLE_NAMES), required=True, help=say(message("in which role")))
    add_identity(sign_)


def _prepare(asked: Namespace) -> int:
    with opened(asked) as participation:
        stage = prepare(participation, asked.stage, asked.who)
        line(message("Staged in {folder}: {count} files. To be signed by {roles}, in this order.", folder=asked.stage,
                     count=len(stage.files), roles=", ".join(stage.roles)))  # fmt: skip
    return 0


def _sign(asked: Namespace) -> int:
    with opened(asked) as participation:
        card = sign(participation, asked.stage, asked.role, opened_identity(asked, asked.identity))
    line(message("{name} has signed as {role}.", name=card.person.name, role=ROLE_NAMES[asked.role]))
    return 0


def _write(asked: Namespace) -> int:
    with opened(asked) as participation:
        path, report = pack(participation, asked.stage, folder_of(asked.out))
    line(message("Package: {path}", path=path))
    if report is None:
        line(message("Without the pilot's trust list nobody can verify who signed it."))
    else:
        told_report(report)
    return 0
