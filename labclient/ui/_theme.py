"""How the window looks: colours by meaning, one scale of distances, one scale of type.

Red and amber are kept for alarm and attention. No state is told by colour alone: see `_marks`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from labclient.home import shipped
from labclient.ui._fonts import body_font

S1: Final = 0.25
S2: Final = 0.5
S3: Final = 0.75
S4: Final = 1.0
S5: Final = 1.5
S6: Final = 2.25


@dataclass(frozen=True)
class Theme:
    """Colours by meaning, as #rrggbb. `text` to `sealed` reach 4.5:1 on `ground` and on `surface`, `edge`, `focus`,
    `series` 3:1; `line` only divides."""

    name: str
    dark: bool
    ground: str
    surface: str
    raised: str
    text: str
    muted: str
    line: str
    edge: str
    accent: str
    accent_strong: str
    on_accent: str
    selected: str
    ok: str
    attention: str
    alarm: str
    blocked: str
    sealed: str
    attention_ground: str
    alarm_ground: str
    trace: str
    band: str
    limit: str
    excluded: str
    series: tuple[str, ...]


LIGHT: Final = Theme(
    name="light",
    dark=False,
    ground="#f4f6f7",
    surface="#ffffff",
    raised="#e9edf0",
    text="#1a2126",
    muted="#56616a",
    line="#dbe0e4",
    edge="#848e97",
    accent="#0b5fa5",
    accent_strong="#084a82",
    on_accent="#ffffff",
    selected="#dbe9f6",
    ok="#00704c",
    attention="#936000",
    alarm="#a61232",
    blocked="#625a76",
    sealed="#33566b",
    attention_ground="#fdf1d8",
    alarm_ground="#fce8e6",
    trace="#0b5fa5",
    band="#e3efe9",
    limit="#00704c",
    excluded="#936000",
    series=("#0072b2", "#a86f00", "#007a5a", "#b04a8f", "#56616a"),
)

DARK: Final = Theme(
    name="dark",
    dark=True,
    ground="#15191c",
    surface="#1d2226",
    raised="#2a3137",
    text="#e4e8eb",
    muted="#9ca7b0",
    line="#323a41",
    edge="#76828c",
    accent="#6fb3f0",
    accent_strong="#94c8f6",
    on_accent="#0c1a26",
    selected="#213a52",
    ok="#4fc39b",
    attention="#f0c04f",
    alarm="#ff7b6b",
    blocked="#b4a9cf",
    sealed="#9cc0d6",
    attention_ground="#33290f",
    alarm_ground="#3b1d1a",
    trace="#6fb3f0",
    band="#1c312b",
    limit="#4fc39b",
    excluded="#f0c04f",
    series=("#56b4e9", "#e69f00", "#2fbd8f", "#e58bc0", "#b3bdc5"),
)


class Type(Enum):
    """The scale of type, as multiples of running text."""

    SMALL = 0.88
    BODY = 1.0
    HEADING = 1.18
    TITLE = 1.55
    DISPLAY = 2.4


def space(step: float, font: QFont | None = None) -> int:
    """A distance in pixels: `step` (S1 … S6) times the height of a line of `font`, or of running text."""
    return max(1, round(step * QFontMetricsF(font or QApplication.font()).height()))


def type_font(kind: Type) -> QFont:
    """The application's font at one size of the scale."""
    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() * kind.value)
    if kind in {Type.HEADING, Type.TITLE}:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def current_theme() -> Theme:
    """The theme applied last; light before that."""
    application = QApplication.instance()
    return DARK if application is not None and application.property("theme") == DARK.name else LIGHT


def system_theme(application: QApplication) -> Theme:
    """The theme the system asks for; light where it does not answer."""
    return DARK if application.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


def apply(application: QApplication, theme: Theme, scale: float = 1.0) -> None:
    """Dress the whole application: Fusion, the theme's palette, the shipped font at `scale` times the system's size.

    Every widget hears `PaletteChange`; `current_theme()` tells which theme is on."""
    system = application.property("systemFont")
    if not isinstance(system, QFont):
        system = QFont(application.font())
        application.setProperty("systemFont", system)
        application.setStyle(QStyleFactory.create("Fusion"))
    application.setProperty("theme", theme.name)
    application.setFont(body_font(system, scale))
    application.setPalette(_palette(theme))
    application.setStyleSheet(_sheet(theme))


def _palette(theme: Theme) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for place, colour in (
        (role.Window, theme.ground),
        (role.WindowText, theme.text),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.ground),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Button, theme.surface),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.alarm),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Accent, theme.accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Light, theme.raised),
        (role.Midlight, theme.raised),
        (role.Mid, theme.line),
        (role.Dark, theme.edge),
        (role.Shadow, theme.line),
    ):
        palette.setColor(place, QColor(colour))
    for place in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, place, QColor(theme.muted))
    palette.setColor(group.Disabled, role.Highlight, QColor(theme.raised))
    palette.setColor(group.Disabled, role.HighlightedText, QColor(theme.muted))
    return palette


def _icon(name: str) -> str:
    """A drawing that ships with labclient, as a style sheet names it."""
    return f'url("{shipped("resources", "icons", name).as_posix()}")'


def _sheet(theme: Theme) -> str:
    t, size = theme, QApplication.font().pointSizeF()
    s1, s2, s3, s4 = space(S1), space(S2), space(S3), space(S4)
    arrow, tick, faint_tick = (_icon(f"{name}-{t.name}.svg") for name in ("arrow", "tick", "faint-tick"))
    return f"""
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.edge}; padding: {s1}px; }}
QLabel[role="title"], QLabel#title {{ font-size: {size * Type.TITLE.value:.1f}pt; font-weight: 600; }}
QLabel[role="heading"], QLabel#heading {{ font-size: {size * Type.HEADING.value:.1f}pt; font-weight: 600; }}
QLabel[role="muted"], QLabel#missing {{ color: {t.muted}; }}
QLabel[role="small"] {{ color: {t.muted}; font-size: {size * Type.SMALL.value:.1f}pt; }}
QLabel[role="ok"] {{ color: {t.ok}; }}
QLabel[role="attention"] {{ color: {t.attention}; }}
QLabel[role="alarm"] {{ color: {t.alarm}; }}
QFrame[role="card"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {s1}px; }}
QFrame[role="attention"] {{ background: {t.attention_ground}; border: none; border-left: {s1}px solid {t.attention}; }}
QFrame[role="alarm"] {{ background: {t.alarm_ground}; border: none; border-left: {s1}px solid {t.alarm}; }}
QFrame[role="strip"] {{ background: {t.surface}; border: none; border-bottom: 1px solid {t.line}; }}
QFrame[role="rail"] {{ background: {t.surface}; border: none; border-right: 1px solid {t.line}; }}
QPushButton {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.edge}; border-radius: {s1}px;
    padding: {s1}px {s3}px; }}
QPushButton:hover {{ background: {t.raised}; }}
QPushButton:pressed, QPushButton:checked {{ background: {t.selected}; }}
QPushButton:focus {{ border: 2px solid {t.accent}; padding: {s1 - 1}px {s3 - 1}px; }}
QPushButton:disabled {{ color: {t.muted}; background: {t.ground}; border: 1px solid {t.line}; }}
QPushButton#primary {{ background: {t.accent}; color: {t.on_accent}; border: 1px solid {t.accent};
    padding: {s2}px {s3 * 2}px; font-weight: 600; }}
QPushButton#primary:hover, QPushButton#primary:pressed {{ background: {t.accent_strong}; }}
QPushButton#primary:focus {{ border: 6px double {t.on_accent}; padding: {s2 - 5}px {s3 * 2 - 5}px; }}
QPushButton#primary:disabled {{ background: {t.raised}; color: {t.muted}; border: 1px solid {t.line}; }}
QPushButton[role="quiet"] {{ background: transparent; border: 1px solid transparent; color: {t.accent};
    padding: {s1}px {s1}px; }}
QPushButton[role="quiet"]:disabled {{ color: {t.muted}; }}
QPushButton[role="quiet"]:hover {{ background: {t.raised}; }}
QPushButton[role="quiet"]:focus {{ border: 2px solid {t.accent}; padding: {s1 - 1}px {s1 - 1}px; }}
QPushButton[role="way"] {{ padding: {s1 // 2}px {s1}px; }}
QPushButton[role="way"]:focus {{ padding: {s1 // 2 - 1}px {s1 - 1}px; }}
QLineEdit, QPlainTextEdit, QComboBox {{ background: {t.surface}; color: {t.text};
    placeholder-text-color: {t.muted};
    border: 1px solid {t.edge}; border-radius: {s1}px; padding: {s1}px {s2}px; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus {{ border: 2px solid {t.accent};
    padding: {s1 - 1}px {s2 - 1}px; }}
QLineEdit:disabled, QLineEdit:read-only, QPlainTextEdit:disabled, QPlainTextEdit:read-only,
QComboBox:disabled {{ background: {t.ground}; color: {t.muted}; }}
QComboBox::drop-down {{ border: none; width: {s4}px; padding-right: {s1}px; }}
QComboBox::down-arrow {{ image: {arrow}; width: {s3}px; height: {s3}px; }}
QLineEdit[role="alarm"], QComboBox[role="alarm"] {{ background: {t.alarm_ground}; border: 2px solid {t.alarm};
    padding: {s1 - 1}px {s2 - 1}px; }}
QLineEdit[role="alarm"]:focus, QComboBox[role="alarm"]:focus {{ border: 4px solid {t.accent};
    padding: {s1 - 3}px {s2 - 3}px; }}
QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.line}; alternate-background-color: {t.ground};
    selection-background-color: {t.selected}; selection-color: {t.text}; outline: 0; }}
QAbstractItemView:focus {{ border: 1px solid {t.accent}; }}
QTableView {{ gridline-color: {t.line}; }}
QTableView[role="rows"]::item {{ border-bottom: 1px solid {t.line}; }}
QTableView[role="rows"]::item:focus {{ border: 2px solid {t.accent};
    padding: {s1 - 2}px {s2 - 2}px {s1 - 1}px; }}
QListView[room="close"]::item {{ padding: {s1 // 2}px {s2}px; }}
QListView[room="tight"]::item {{ padding: 0px {s2}px; }}
QFrame[role="rail"] QAbstractItemView {{ border: none; }}
QListView::item, QTreeView::item, QTableView::item {{ padding: {s1}px {s2}px; }}
QHeaderView {{ background: {t.surface}; border: none; }}
QHeaderView::section {{ background: {t.surface}; color: {t.muted}; border: none; border-bottom: 1px solid {t.line};
    padding: {s1}px {s2 + 2}px; }}
QCheckBox {{ spacing: {s2}px; border: 2px solid transparent; border-radius: {s1}px; padding: 1px; }}
QCheckBox:focus {{ border-color: {t.accent}; }}
QCheckBox::indicator, QTableView::indicator {{ background: {t.surface}; border: 2px solid {t.edge};
    border-radius: {s1 // 2}px; width: {s3}px; height: {s3}px; }}
QCheckBox::indicator:checked, QTableView::indicator:checked {{ background: {t.accent}; border-color: {t.accent};
    image: {tick}; }}
QCheckBox::indicator:checked:disabled {{ background: {t.raised}; border-color: {t.edge}; image: {faint_tick}; }}
QRadioButton {{ spacing: {s1}px; border: 2px solid transparent; border-radius: {s1}px; padding: 1px {s1}px 1px 1px; }}
QRadioButton:focus {{ border-color: {t.accent}; }}
QRadioButton::indicator {{ background: {t.surface}; border: 2px solid {t.edge}; border-radius: {s3 // 2 + 2}px;
    width: {s3}px; height: {s3}px; }}
QRadioButton::indicator:checked {{ border-color: {t.accent}; background: qradialgradient(cx: 0.5, cy: 0.5,
    radius: 0.5, fx: 0.5, fy: 0.5, stop: 0 {t.accent}, stop: 0.5 {t.accent}, stop: 0.6 {t.surface},
    stop: 1 {t.surface}); }}
QRadioButton::indicator:checked:disabled {{ border-color: {t.edge}; background: qradialgradient(cx: 0.5, cy: 0.5,
    radius: 0.5, fx: 0.5, fy: 0.5, stop: 0 {t.muted}, stop: 0.5 {t.muted}, stop: 0.6 {t.surface},
    stop: 1 {t.surface}); }}
QStatusBar {{ background: {t.surface}; border-top: 1px solid {t.line}; color: {t.muted}; }}
QStatusBar::item {{ border: none; }}
QProgressBar {{ background: {t.raised}; border: none; border-radius: {s1}px; text-align: center; color: {t.text}; }}
QProgressBar::chunk {{ background: {t.selected}; border-bottom: {s1}px solid {t.accent}; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollBar {{ background: transparent; border: none; }}
QScrollBar:vertical {{ width: {s2 + s1}px; margin-left: {s1}px; }}
QScrollBar:horizontal {{ height: {s2 + s1}px; margin-top: {s1}px; }}
QScrollBar::handle {{ background: {t.edge}; border-radius: {s2 // 2}px;
    min-height: {s3 * 2}px; min-width: {s3 * 2}px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
    width: 0; height: 0; }}
"""
