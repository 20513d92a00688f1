"""A state is told by shape, word and colour, each of them."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from labclient.ui._marks import State, StateMark, mark_icon, mark_word, state_colour
from labclient.ui._theme import Theme
from labclient.words import message, use_language

from .conftest import missing_glyphs


def gray(state: State, theme: Theme, side: int = 16) -> np.ndarray:
    """The mark on the theme's surface, in gray, all in one darkness: its shape alone."""
    image = mark_icon(state, theme, side).pixmap(QSize(side, side), 1.0).toImage()
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4) / 255
    ground, ink = (np.array(QColor(name).getRgbF()[:3]) for name in (theme.surface, state_colour(state, theme)))
    painted = pixels[..., :3] * pixels[..., 3:] + ground * (1 - pixels[..., 3:])
    return np.clip((painted - ground) @ (ink - ground) / ((ink - ground) @ (ink - ground)), 0, 1)


@pytest.mark.parametrize(("one", "other"), list(combinations(State, 2)))
def test_shapes_differ_without_colour(theme: Theme, one: State, other: State) -> None:
    difference = np.abs(gray(one, theme) - gray(other, theme))
    assert (difference > 0.5).mean() > 0.06


def test_words_and_colours_differ(theme: Theme) -> None:
    assert len({mark_word(state) for state in State}) == len(State)
    assert len({state_colour(state, theme) for state in State}) == len(State)


def test_every_word_has_its_glyphs(light: Theme) -> None:
    for language in ("en", "zh_CN"):
        use_language(language)
        assert missing_glyphs("".join(mark_word(state) for state in State)) == set()


def test_a_mark_says_its_state_to_the_eye_and_to_a_screen_reader(qtbot: object, theme: Theme) -> None:
    mark = StateMark(State.FAILED)
    assert mark.accessibleName() == "Failed"
    before = mark.grab().toImage()
    mark.show_state(State.PASSED, message("Stable"))
    assert (mark.state, mark.accessibleName()) == (State.PASSED, "Stable")
    assert mark.grab().toImage() != before


def test_a_mark_has_room_for_its_word(qtbot: object, light: Theme) -> None:
    short, long = StateMark(word=message("ok")), StateMark(word=message("a much longer word for it"))
    assert long.minimumSizeHint().width() - short.minimumSizeHint().width() >= long.fontMetrics().horizontalAdvance(
        "a much longer word for it"
    ) - short.fontMetrics().horizontalAdvance("ok")


def test_a_mark_follows_the_language(qtbot: object, light: Theme) -> None:
    mark = StateMark(State.RUNNING)
    use_language("zh_CN")
    QApplication.sendEvent(mark, QEvent(QEvent.Type.LanguageChange))
    assert mark.accessibleName() == mark_word("running")


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        mark_word("perhaps")


def test_marks_leave_nothing_behind(nothing_left: object) -> None:
    with nothing_left(QObject):  # type: ignore[operator]
        mark = StateMark(State.SEALED)
        mark.grab()
        mark.deleteLater()
        del mark
