"""The themes can be read by everybody: contrast, and colours apart for the colour-blind."""

import re
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QStyle,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from labclient.home import shipped
from labclient.ui._fonts import family
from labclient.ui._snug import SnugTable
from labclient.ui._theme import (
    DARK,
    LIGHT,
    S1,
    S2,
    S3,
    S4,
    S5,
    S6,
    Theme,
    Type,
    apply,
    current_theme,
    space,
    system_theme,
    type_font,
)
from labclient.words import message

from .conftest import missing_glyphs

# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    part = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    light, dark = sorted((float(XYZ[1] @ linear(colour)) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    part = XYZ @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(part > 216 / 24389, np.cbrt(part), (24389 / 27 * part + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
class TestColours:
    @pytest.mark.parametrize(
        "name",
        [
            "text",
            "muted",
            "accent",
            "accent_strong",
            "ok",
            "attention",
            "alarm",
            "blocked",
            "sealed",
            "limit",
            "excluded",
        ],
    )
    def test_words_are_legible_on_every_ground(self, theme: Theme, name: str) -> None:
        for ground in (theme.ground, theme.surface):
            assert contrast(getattr(theme, name), ground) >= 4.5

    def test_words_are_legible_on_what_is_under_them(self, theme: Theme) -> None:
        for ground in (theme.raised, theme.selected, theme.attention_ground, theme.alarm_ground):
            assert contrast(theme.text, ground) >= 4.5
        assert contrast(theme.muted, theme.raised) >= 4.5
        for ground in (theme.accent, theme.accent_strong):
            assert contrast(theme.on_accent, ground) >= 4.5

    def test_lines_and_borders_are_seen(self, theme: Theme) -> None:
        for colour in (theme.edge, theme.trace, *theme.series):
            assert contrast(colour, theme.surface) >= 3
        for colour in (theme.trace, theme.limit):
            assert contrast(colour, theme.band) >= 3

    @pytest.mark.parametrize("kind", BLIND)
    def test_states_stay_apart_for_the_colour_blind(self, theme: Theme, kind: str) -> None:
        seen = [lab(BLIND[kind] @ linear(getattr(theme, name))) for name in ("accent", "ok", "attention", "alarm")]
        assert min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2)) >= 10


def test_applying_a_theme_dresses_the_application(theme: Theme, qapp: QApplication) -> None:
    assert current_theme() == theme
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == theme.ground
    assert qapp.palette().color(QPalette.ColorRole.Highlight).name() == theme.accent
    assert qapp.font().family() == family()


def test_the_style_sheet_stays_short_and_is_understood(theme: Theme, qapp: QApplication, qtbot: object) -> None:
    assert len(qapp.styleSheet().splitlines()) < 100
    edit = QLineEdit()
    edit.ensurePolished()
    assert edit.palette().color(QPalette.ColorRole.PlaceholderText).name() == theme.muted


def test_without_an_answer_of_the_system_the_theme_is_light(qapp: QApplication) -> None:
    assert system_theme(qapp) == LIGHT


def test_distances_and_type_grow_with_the_font(qapp: QApplication) -> None:
    apply(qapp, LIGHT)
    before = [space(step) for step in (S1, S2, S3, S4, S5, S6)]
    body = type_font(Type.BODY).pointSizeF()
    assert before == sorted(set(before))
    apply(qapp, LIGHT, 2.0)
    assert type_font(Type.BODY).pointSizeF() == 2 * body
    assert all(
        abs(space(step) - 2 * small) <= 2 + 0.1 * small
        for step, small in zip((S1, S2, S3, S4, S5, S6), before, strict=True)
    )
    apply(qapp, LIGHT)
    assert [space(step) for step in (S1, S2, S3, S4, S5, S6)] == before


def test_digits_are_of_one_width(light: Theme) -> None:
    for kind in Type:
        metrics = QFontMetricsF(type_font(kind))
        assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_every_character_of_the_window_has_a_glyph(light: Theme) -> None:
    assert missing_glyphs("待进行 进行中 通过 未通过 受阻 已密封 相对显示零点 测量不确定度 µΩσΔτ±≤≥→−·…°²³") == set()
    assert missing_glyphs("\U0010fffd") == {"\U0010fffd"}


# -- what the style sheet makes of it ----------------------------------------------------------------------------------

COLOUR = re.compile(r"(?<![\w-])(color|background|selection-color|selection-background-color): (#[0-9a-f]{6})")
PLACES = ("ground", "surface", "raised", "selected", "attention_ground", "alarm_ground")
# Words, and the grounds on which they may stand besides the page and its surfaces.
ELSEWHERE = {"accent": ("raised",), "muted": ("raised", "alarm_ground"), "text": PLACES[2:]}


def rules(sheet: str) -> list[tuple[str, dict[str, str]]]:
    """Selector and colours of every rule."""
    return [(rule.partition("{")[0].strip(), dict(COLOUR.findall(rule))) for rule in sheet.split("}")]


def test_whatever_the_style_sheet_writes_is_legible_on_what_it_writes_on(theme: Theme, qapp: QApplication) -> None:
    seen = 0
    for selector, colours in rules(qapp.styleSheet()):
        for words, ground in (("color", "background"), ("selection-color", "selection-background-color")):
            if words in colours and ground in colours:
                seen += 1
                assert contrast(colours[words], colours[ground]) >= 4.5, selector
    assert seen > 8


@pytest.mark.parametrize(("words", "grounds"), ELSEWHERE.items())
def test_words_are_legible_where_they_are_put(theme: Theme, words: str, grounds: tuple[str, ...]) -> None:
    for ground in grounds:
        assert contrast(getattr(theme, words), getattr(theme, ground)) >= 4.5, ground


def test_pairs_of_the_palette_are_legible(theme: Theme, qapp: QApplication) -> None:
    role, palette = QPalette.ColorRole, qapp.palette()
    for words, ground in (
        (role.WindowText, role.Window),
        (role.Text, role.Base),
        (role.Text, role.AlternateBase),
        (role.PlaceholderText, role.Base),
        (role.ButtonText, role.Button),
        (role.HighlightedText, role.Highlight),
        (role.ToolTipText, role.ToolTipBase),
        (role.Link, role.Window),
    ):
        assert contrast(palette.color(words).name(), palette.color(ground).name()) >= 4.5, words


def test_the_drawings_have_the_colours_of_their_theme(theme: Theme) -> None:
    for name, colour in (("arrow", theme.muted), ("tick", theme.on_accent), ("faint-tick", theme.muted)):
        drawing = shipped("resources", "icons", f"{name}-{theme.name}.svg").read_text(encoding="utf-8")
        assert f'stroke="{colour}"' in drawing


def button(name: str = "", role: str = "") -> QPushButton:
    made = QPushButton("Go on")
    made.setObjectName(name)
    made.setProperty("role", role)
    return made


def at_fault() -> QLineEdit:
    made = QLineEdit("1,5")
    made.setProperty("role", "alarm")
    return made


def ticked() -> QCheckBox:
    made = QCheckBox("Present")
    made.setChecked(True)
    return made


def table() -> SnugTable:
    made = SnugTable("table", [message("Point"), message("Value")])
    made.show_rows([("10V", "10"), ("1V", "1")])
    made.setCurrentCell(1, 0)
    made.clearSelection()
    return made


def choices() -> QListWidget:
    made = QListWidget()
    made.addItems(["one", "two"])
    return made


CONTROLS = [button, lambda: button("primary"), lambda: button(role="quiet"), QLineEdit, at_fault, QPlainTextEdit,
            QComboBox, QCheckBox, ticked, table, choices]  # fmt: skip


@pytest.mark.parametrize("make", CONTROLS, ids=lambda make: getattr(make, "__name__", ""))
def test_where_the_keys_go_is_seen_on_every_control(theme: Theme, qtbot: QtBot, make: Callable[[], QWidget]) -> None:
    window, control, other = QWidget(), make(), QLineEdit()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.addWidget(other)
    column.addWidget(control)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    other.setFocus()
    without = _pixels(control)
    control.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(control.hasFocus)
    if isinstance(control, QLineEdit):
        control.deselect()
    with_it = _pixels(control)
    changed = (without != with_it).any(axis=2)
    strong = sum(
        contrast(_name(one), _name(two)) >= 3
        for one, two in zip(without[changed][:400], with_it[changed][:400], strict=True)
    )
    assert strong >= 30


def _pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return pixels[:, : image.width(), 2::-1].copy()


def _name(pixel: np.ndarray) -> str:
    return "#{:02x}{:02x}{:02x}".format(*pixel)


def test_a_tick_box_grows_with_the_font(qapp: QApplication, light: Theme, qtbot: QtBot) -> None:
    def side() -> int:
        box = QCheckBox()
        qtbot.addWidget(box)
        box.ensurePolished()
        return box.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, box)

    small = side()
    apply(qapp, LIGHT, 2.0)
    large = side()
    apply(qapp, LIGHT)
    assert large >= 1.8 * small


def test_a_choice_that_cannot_be_changed_looks_like_a_line_that_cannot(theme: Theme, qtbot: QtBot) -> None:
    line, choice = QLineEdit("PILOT"), QComboBox()
    for one in (line, choice):
        qtbot.addWidget(one)
        one.setEnabled(False)
        one.resize(120, 40)
    assert {_name(_pixels(one)[20, 90]) for one in (line, choice)} == {theme.ground}
