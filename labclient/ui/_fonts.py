"""One typeface everywhere: Noto Sans SC ships with labclient, so that Chinese and digits look alike on every PC."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from labclient.words import language

_SUBSTITUTES = ("Microsoft YaHei UI", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "Sans Serif")
_SMALLEST_BODY = 10.0


@cache
def family() -> str:
    """The family name of the shipped typeface, registered with Qt at the first call; needs a QGuiApplication."""
    from pylopdf_fonts_zh_cn import sans_path

    number = QFontDatabase.addApplicationFont(str(sans_path()))
    return QFontDatabase.applicationFontFamilies(number)[0]


def body_font(system: QFont, scale: float = 1.0) -> QFont:
    """The font of running text: the system's size (10 pt at least) times `scale`, digits of one width, and quotation
    marks as wide as the language in use has them."""
    font = QFont([family(), *_SUBSTITUTES])
    font.setPointSizeF(max(system.pointSizeF(), _SMALLEST_BODY) * scale)
    font.setFeature(QFont.Tag("tnum"), 1)
    if language() == "en":
        font.setFeature(QFont.Tag("pwid"), 1)
    return font
