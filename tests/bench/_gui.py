"""The window's live plot: a frame of 10⁷ readings, and the adding of a thirtieth of a second of them."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

from ._figures import Figure, Size

_WIDTH, _HEIGHT = 1200, 500
_RATE = 50_000.0
_FRAMES = 60


def plot(size: Size, folder: Path) -> Iterator[Figure]:
    """Frames while panning and while readings come in, beside the same data in the peer's own best mode."""
    del folder
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import pyqtgraph

    from labclient.ui._plot import RunPlot
    from labclient.ui._theme import LIGHT, apply

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply(application, LIGHT)
    count, frames = size.readings, _FRAMES if size.repeats > 1 else 3
    chance = np.random.default_rng(1)
    times = np.arange(count) / _RATE
    values = 10.0 + 1e-6 * chance.standard_normal(count)
    ours = RunPlot()
    ours.resize(_WIDTH, _HEIGHT)
    ours.set_unit("V")
    ours.set_band(-4e-6, 4e-6)
    ours.show()
    ours.append(times, values)
    _settle(application, ours)

    more, step = int(_RATE / 30), count / _RATE / 400
    taken = []

    def live(frame: int) -> None:
        began = time.perf_counter()
        late = times[-1] + (1 + np.arange(more) + more * frame) / _RATE
        ours.append(late, 10.0 + 1e-6 * chance.standard_normal(more))
        taken.append(time.perf_counter() - began)
        ours.draw_now()

    def pan(frame: int) -> None:
        ours.look_at(frame * step, frame * step + count / _RATE / 2)
        ours.draw_now()

    spent = _frames(live, frames) + _frames(pan, frames)

    theirs = pyqtgraph.PlotWidget()
    theirs.resize(_WIDTH, _HEIGHT)
    theirs.show()
    item = theirs.getPlotItem()
    curve = item.plot(times, values, pen=pyqtgraph.mkPen("#0072b2", width=1))
    item.setDownsampling(auto=True, mode="peak")
    item.setClipToView(True)
    item.getViewBox().setYRange(values.min(), values.max())
    _settle(application, theirs)

    def peer(frame: int) -> None:
        item.getViewBox().setXRange(frame * step, frame * step + count / _RATE / 2, padding=0)
        theirs.viewport().repaint()

    def peer_live(frame: int) -> None:
        curve.setData(times, values)
        peer(frame)

    spent_by_peer = _frames(peer_live, max(2, frames // 10)) + _frames(peer, max(2, frames // 10))
    told = f"pyqtgraph peak + clip {1000 * median(spent_by_peer):.1f} ms"
    yield Figure("plot_1e7_frame_ms", 1000 * median(spent), "ms", told)
    yield Figure("plot_append_ms", 1000 * median(taken), "ms", f"{more} readings, worst {1000 * max(taken):.2f} ms")
    for widget in (ours, theirs):
        widget.close()
        widget.deleteLater()
    application.processEvents()


def _settle(application: QApplication, widget: QWidget) -> None:
    """Let a window reach its size and paint once; a plot that is not as large as it looks would be quick."""
    for _ in range(5):
        application.processEvents()
        widget.grab()
    if (widget.width(), widget.height()) != (_WIDTH, _HEIGHT):
        raise RuntimeError("the plot has not its size")


def _frames(draw: Callable[[int], None], count: int) -> list[float]:
    """Seconds that each of `count` frames takes."""
    spent = []
    for frame in range(count):
        began = time.perf_counter()
        draw(frame)
        spent.append(time.perf_counter() - began)
    return spent
