"""How every page but home is made."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from labclient.ui._arrival import ArrivalPage
from labclient.ui._drift_page import DriftPage
from labclient.ui._finish import SigningPage, SubmissionPage
from labclient.ui._instruments import InstrumentsPage
from labclient.ui._notebook import NotebookPage
from labclient.ui._page import Page
from labclient.ui._plan_page import PlanPage
from labclient.ui._records import departure_page, handover_page
from labclient.ui._results import ResultsPage
from labclient.ui._runs import MeasurementPage, RunPage, StabilityPage
from labclient.ui._settings import SettingsPage
from labclient.ui._validation import ValidationPage
from labclient.words import message

if TYPE_CHECKING:
    from labclient.ui._shell import Shell


def makers_of(window: "Shell") -> dict[str, Callable[[], Page]]:
    """What makes the page of a view."""
    desk, aside = window.desk, window.aside
    return {
        "arrival": lambda: ArrivalPage(desk),
        "warm-up": lambda: RunPage(desk, "warm-up", message("Warm-up"), ("settling",)),
        "stability": lambda: StabilityPage(desk),
        "measurement": lambda: MeasurementPage(desk),
        "departure": lambda: departure_page(desk),
        "results": lambda: ResultsPage(desk),
        "signing": lambda: SigningPage(desk),
        "submission": lambda: SubmissionPage(desk),
        "handed-over": lambda: handover_page(desk),
        "plan": lambda: PlanPage(desk, window.go_to),
        "drift": lambda: DriftPage(desk),
        "notebook": lambda: NotebookPage(desk, aside),
        "instruments": lambda: InstrumentsPage(desk, window.tries),
        "validation": lambda: ValidationPage(desk, aside),
        "settings": lambda: SettingsPage(desk, aside, window.liked, window.like),
    }
