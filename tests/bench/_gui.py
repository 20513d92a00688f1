"""The window's live plot: a frame of 10⁷ and of 10⁸ readings, and the adding of a thirtieth of a second of them."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

from ._figures import Figure, Size
from ._process import apart, peak_mb

if TYPE_CHECKING:
    from labclient.ui._plot import RunPlot

_WIDTH, _HEIGHT = 1200, 500
_RATE = 50_000.0
_FRAMES = 60
_ROUNDS = 5
_MORE = int(_RATE / 30)
_PIECE = 1 << 20
_NOISE = 1e-6


def plot(size: Size, folder: Path) -> Iterator[Figure]:
    """Frames while panning, zooming and while readings come in, beside the same data in the peer's own best mode."""
    del folder
    seen = apart(_ours, size.readings, size.repeats)
    peer = apart(_theirs, size.readings, size.repeats)
    yield Figure("plot_1e7_frame_ms", min(seen.frames), "ms", seen.told(peer))
    worst = f"{_MORE} readings, worst {max(seen.appended):.2f} ms"
    yield Figure("plot_append_ms", median(seen.appended), "ms", worst)


def large(size: Size, folder: Path) -> Iterator[Figure]:
    """The same with ten times as many readings."""
    del folder
    seen = apart(_ours, 10 * size.readings, size.repeats)
    peer = apart(_theirs, 10 * size.readings, 1)
    yield Figure("plot_1e8_frame_ms", min(seen.frames), "ms", seen.told(peer))


@dataclass(frozen=True)
class _Seen:
    """Median milliseconds a frame of each round, and of the thread's own computing in it; milliseconds of each adding;
    megabytes that the readings take."""

    frames: list[float]
    computing: list[float]
    appended: list[float]
    memory: float

    def told(self, peer: float) -> str:
        """The peer, every round, and what is left of a frame where nothing else has the processor."""
        rounds = ", ".join(f"{one:.1f}" for one in self.frames)
        own = f"{min(self.computing):.1f} ms of it computing"
        return f"pyqtgraph peak + clip {peer:.1f} ms; rounds {rounds}; {own}; {self.memory:.0f} MB"


def _application() -> QApplication:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from labclient.ui._theme import LIGHT, apply

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply(application, LIGHT)
    return application


def _ours(count: int, repeats: int) -> _Seen:
    """Frames of the live plot: live, panning and zooming in each round."""
    application = _application()
    from labclient.ui._plot import RunPlot

    chance, ours = np.random.default_rng(1), RunPlot()
    ours.resize(_WIDTH, _HEIGHT)
    ours.set_unit("V")
    ours.set_band(-4e-6, 4e-6)
    ours.show()
    before = peak_mb()
    for first in range(0, count, _PIECE):
        some = min(_PIECE, count - first)
        ours.append((first + np.arange(some)) / _RATE, 10.0 + _NOISE * chance.standard_normal(some))
    memory = peak_mb() - before
    _settle(application, ours)
    frames = _FRAMES if repeats > 1 else 3
    appended: list[float] = []
    medians, computing = [], []
    last = count

    def live(_frame: int) -> None:
        nonlocal last
        began = time.perf_counter()
        late = (last + np.arange(_MORE)) / _RATE
        ours.append(late, 10.0 + _NOISE * chance.standard_normal(_MORE))
        appended.append(1e3 * (time.perf_counter() - began))
        ours.draw_now()
        last += _MORE

    for _ in range(_ROUNDS if repeats > 1 else 1):
        ours.follow()
        spent = _frames(live, frames)
        spent += _frames(lambda frame: _pan(ours, frame, count / _RATE), frames)
        spent += _frames(lambda frame: _zoom(ours, frame, count / _RATE), frames)
        medians.append(1e3 * median(wall for wall, _ in spent))
        computing.append(1e3 * median(own for _, own in spent))
    _close(application, ours)
    return _Seen(medians, computing, appended, memory)


def _pan(ours: "RunPlot", frame: int, span: float) -> None:
    ours.look_at(frame * span / 400, frame * span / 400 + span / 2)
    ours.draw_now()


def _zoom(ours: "RunPlot", frame: int, span: float) -> None:
    half = span / 2 * 0.8**frame
    ours.look_at(span / 3 - half / 2, span / 3 + half / 2)
    ours.draw_now()


def _theirs(count: int, repeats: int) -> float:
    """The same data and views in pyqtgraph's own best mode: median milliseconds a frame."""
    application = _application()
    import pyqtgraph

    chance, span = np.random.default_rng(1), count / _RATE
    times, values = np.arange(count) / _RATE, np.empty(count)
    for first in range(0, count, _PIECE):
        values[first : first + _PIECE] = 10.0 + _NOISE * chance.standard_normal(min(_PIECE, count - first))
    theirs = pyqtgraph.PlotWidget()
    theirs.resize(_WIDTH, _HEIGHT)
    theirs.show()
    item = theirs.getPlotItem()
    curve = item.plot(times, values, pen=pyqtgraph.mkPen("#0072b2", width=1))
    item.setDownsampling(auto=True, mode="peak")
    item.setClipToView(True)
    item.getViewBox().setYRange(10.0 - 5 * _NOISE, 10.0 + 5 * _NOISE)
    _settle(application, theirs)

    def look(start: float, end: float) -> None:
        item.getViewBox().setXRange(start, end, padding=0)
        theirs.viewport().repaint()

    def live(frame: int) -> None:
        del frame
        curve.setData(times, values)
        look(0, span)

    def zoom(frame: int) -> None:
        half = span / 2 * 0.8 ** (10 * frame)
        look(span / 3 - half / 2, span / 3 + half / 2)

    frames = 6 if repeats > 1 else 2
    spent = _frames(live, frames)
    spent += _frames(lambda frame: look(frame * span / 40, frame * span / 40 + span / 2), frames)
    spent += _frames(zoom, frames)
    _close(application, theirs)
    return 1e3 * median(wall for wall, _ in spent)


def _close(application: QApplication, widget: QWidget) -> None:
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


def _frames(draw: Callable[[int], None], count: int) -> list[tuple[float, float]]:
    """Seconds that each of `count` frames takes, and those in which this thread computes."""
    spent = []
    for frame in range(count):
        began, own = time.perf_counter(), time.thread_time()
        draw(frame)
        spent.append((time.perf_counter() - began, time.thread_time() - own))
    return spent
