"""How the results of the points are correlated: the sentence that says through what, and the matrix."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from labclient.evaluation import Joint, Result, coefficient_shown, joint_told
from labclient.ui._snug import SnugTable
from labclient.words import message, say


class JointTable(QWidget):
    """To be seen only while the result has a correlation."""

    def __init__(self) -> None:
        super().__init__()
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table: SnugTable | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.said)
        self._shown: Joint | None = None
        self.hide()

    def show_result(self, result: Result | None) -> None:
        """Show the correlation of this result."""
        joint = result.joint if result else None
        self.setVisible(joint is not None)
        if joint is None or result is None or joint == self._shown:
            return
        self._shown = joint
        self.said.setText(say(next(joint_told(result))))
        if self.table is not None:
            self._column.removeWidget(self.table)
            self.table.deleteLater()
        points = [message("{point}", point=one) for one in joint.points]
        self.table = SnugTable(
            say(message("Correlation of the results")),
            [message("Point"), *points],
            numbers=range(1, len(points) + 1),
        )
        self._column.addWidget(self.table)
        self.setTabOrder(self.said, self.table)  # where it stands, not where it was made
        self.table.show_rows([
            (point, *(coefficient_shown(r) for r in row)) for point, row in zip(joint.points, joint.r, strict=True)
        ])  # fmt: skip
