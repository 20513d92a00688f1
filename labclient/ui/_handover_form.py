"""The form of the handover record: papers as lines, what was found as a checklist."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from labclient.participation import Arrival
from labclient.plan import Plan
from labclient.ui._checklist import Checklist
from labclient.ui._form import StructForm

_ON_THE_LIST = ("parts", "seals_intact", "shock_indicator", "visual", "serial", "packaging", "notes")


class HandoverForm(StructForm):
    """Asks for one handover record."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(Arrival, without=_ON_THE_LIST, now=now)
        self.list = Checklist()
        layout = self.layout()
        assert layout is not None
        layout.addRow(self.list)  # type: ignore[attr-defined]
        self.list.changed.connect(self.changed)

    def show_plan(self, plan: Plan) -> None:
        """Ask for what this plan's standard consists of."""
        self.list.show_plan(plan)

    def fill(self, values: Mapping[str, Any]) -> None:
        super().fill(values)
        self.list.fill(values)

    def body(self) -> dict[str, Any]:
        return super().body() | self.list.body()

    def checked(self, kind: str, **more: Any) -> dict[str, Any] | None:
        answered = {"parts": [], "seals_intact": True, "shock_indicator": "none", "visual": "undamaged",
                    "packaging": "none", "notes": []}  # fmt: skip
        if super().checked(kind, **answered, **more) is None or not self.list.complete():
            return None
        return super().checked(kind, **more)

    def set_editable(self, editable: bool) -> None:
        super().set_editable(editable)
        self.list.set_editable(editable)
