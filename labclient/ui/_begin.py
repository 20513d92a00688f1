"""Beginning a participation: the plan, the pilot's trust list, and the fingerprint that a person has compared."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from labclient.clock import SystemClock
from labclient.home import this_pc
from labclient.notebook import SUFFIX
from labclient.participation import Participation
from labclient.words import message, say


def ask_beginning(parent: QWidget) -> Callable[[], Path] | None:
    """Ask for what a new notebook needs; the work to begin it, or None when the person turned away."""
    plan, _ = QFileDialog.getOpenFileName(parent, say(message("The plan")), "", "*.asice *.json")
    if not plan:
        return None
    trust, _ = QFileDialog.getOpenFileName(parent, say(message("The pilot's trust list")), "", "*.asice")
    title = say(message("Begin with a plan"))
    root, given = QInputDialog.getText(
        parent,
        title,
        say(message("Fingerprint of the pilot's root certificate, from the phone or from paper:")),
    )
    laboratory, given2 = QInputDialog.getText(parent, title, say(message("Code of this laboratory:")))
    who, given3 = QInputDialog.getText(parent, title, say(message("Who is working (person id):")))
    name, _ = QFileDialog.getSaveFileName(parent, say(message("The new notebook")), f"comparison{SUFFIX}", f"*{SUFFIX}")
    if not (given and given2 and given3 and name):
        return None

    def begin() -> Path:
        path = Path(name)
        with Participation.create(
            path,
            plan=Path(plan),
            trust=Path(trust) if trust else None,
            confirmed_root=root,
            laboratory=laboratory,
            who=who,
            clock=SystemClock(),
            home=this_pc(),
        ) as participation:
            participation.checkpoint()
        return path

    return begin
