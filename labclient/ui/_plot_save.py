"""A plot as a picture or as numbers: into the clipboard, or into a new file. Painting is the window's thread's; packing
and writing are not."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QRect, QSize
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter

from labclient.errors import Trouble, WrongUse
from labclient.signing import replacing
from labclient.ui._choose import choose_new
from labclient.ui._errand import Errand
from labclient.words import message

if TYPE_CHECKING:
    from labclient.ui._plot_frame import Plot, Table

_DOTS_PER_INCH: Final = 96  # of a style sheet's pixel
_SHARP: Final = 2  # pixels of a picture for one of the screen


@dataclass(frozen=True)
class Picture:
    """How something `size` large is painted, and what it shows in words."""

    size: QSize
    paint: Callable[[QPainter], None]
    words: str

    def image(self) -> QImage:
        """As pixels, twice as fine as on the screen."""
        image = QImage(self.size * _SHARP, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(_SHARP)
        image.setText("Description", self.words)
        self._onto(image)
        return image

    def svg(self) -> bytes:
        """As lines and letters."""
        from PySide6.QtSvg import QSvgGenerator

        packed = QByteArray()
        buffer = QBuffer(packed)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setResolution(_DOTS_PER_INCH)
        generator.setSize(self.size)
        generator.setViewBox(QRect(0, 0, self.size.width(), self.size.height()))
        generator.setTitle("labclient")
        generator.setDescription(self.words)
        self._onto(generator)
        return bytes(packed.data())

    def _onto(self, device: object) -> None:
        painter = QPainter(device)  # type: ignore[call-overload]  # an image or a generator
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.paint(painter)
        painter.end()


def png(image: QImage) -> bytes:
    """The image packed."""
    packed = QByteArray()
    buffer = QBuffer(packed)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(packed.data())


def copy_picture(picture: Picture, words: str) -> None:
    """Into the clipboard, as picture and as words: each program takes what it can."""
    data = QMimeData()
    data.setImageData(picture.image())
    data.setText(words)
    QGuiApplication.clipboard().setMimeData(data)


def save_plot(plot: "Plot", suggested: Path) -> None:
    """Ask for a new file and write it; the plot tells how it went."""
    choose_new(
        plot,
        message("Picture (.png, .svg) or numbers (.csv)"),
        "*.png *.svg *.csv",
        lambda path: write_plot(plot, path),
        suggested,
    )


def write_plot(plot: "Plot", path: Path) -> None:
    """Write what the ending of `path` says; `plot` emits `saved`, `troubled` or `crashed`."""
    try:
        work = _work(plot, path)
    except Trouble as trouble:
        plot.troubled.emit(trouble)
        return
    errand = Errand()
    errand.done.connect(plot.saved)
    errand.failed.connect(plot.troubled)
    errand.crashed.connect(plot.crashed)
    errand.run(lambda: _written(path, work))


def _work(plot: "Plot", path: Path) -> "Table":
    match path.suffix.lower():
        case ".png":
            image = plot.picture().image()
            return lambda one: _write(one, png(image))
        case ".svg":
            drawn = plot.picture().svg()
            return lambda one: _write(one, drawn)
        case ".csv":
            return plot.table()
    raise WrongUse(
        message("{file} does not end in .png, .svg or .csv.", file=path.name),
        message("The ending says what is written: a picture (.png, .svg) or the numbers (.csv)."),
    )


def _written(path: Path, work: "Table") -> Path:
    if path.exists():
        raise WrongUse(message("{path} exists already.", path=str(path)), message("Choose another name."))
    work(path)
    return path


def _write(path: Path, data: bytes) -> None:
    with replacing(path) as file:
        file.write(data)
