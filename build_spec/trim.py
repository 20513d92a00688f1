"""What the bundle leaves out. `prove.py` shows that the bundle works without it."""

from pathlib import PurePosixPath

# Modules that labclient does without; `tests/bundle` loads everything while these are unknown.
# Not here, though they look idle: QtOpenGL, QtSvg, colorama and pydoc (pyqtgraph loads them), unittest (numpy.testing),
# numpy.f2py (scipy.special).
MODULES = (
    *(f"PySide6.Qt{part}" for part in (
        "Concurrent", "DBus", "Designer", "Help", "Network", "PrintSupport", "Qml", "Quick", "QuickControls2",
        "QuickTest", "QuickWidgets", "Sql", "Test", "UiTools", "Xml",
    )),
    *(f"pyqtgraph.{part}" for part in ("console", "examples", "flowchart", "jupyter", "opengl")),
    *(f"scipy.{part}" for part in (
        "cluster", "datasets", "differentiate", "fftpack", "integrate", "interpolate", "io", "misc", "ndimage", "odr",
        "optimize", "signal", "spatial", "stats",
    )),
    *(f"scipy.{part}" for part in ("fft", "linalg", "sparse")),
    "IPython", "PIL", "_tkinter", "alabaster", "babel", "click", "dateutil", "docutils", "fontTools",
    "hypothesis", "jinja2", "jsonschema_rs", "lib2to3", "lxml.isoschematron", "lxml.objectify", "markdown_it",
    "matplotlib", "mypy", "numpydoc", "opentelemetry", "pip", "pkg_resources", "psutil", "pydantic", "pydantic_core",
    "pygments", "pytest", "requests", "setuptools", "snowballstemmer", "sphinx", "test", "tkinter", "tzdata", "urllib3",
    "jeepney.io.tests", "jeepney.tests", "usb", "wheel", "yaml",
)  # fmt: skip

# Qt plugins: a technician's screen is drawn by the raster engine through xcb, or not at all (offscreen); no touch
# panel without a window system, no network, no pictures but PNG, JPEG, GIF, SVG and icons of Windows.
PLUGINS = (
    "egldeviceintegrations", "generic", "networkinformation", "platforminputcontexts/libqtvirtualkeyboardplugin",
    "platforms/libqeglfs", "platforms/libqlinuxfb", "platforms/libqminimal", "platforms/libqvkkhrdisplay",
    "platforms/libqvnc", "platforms/libqwayland", "platforms/qdirect2d", "platformthemes/libqgtk3", "qmltooling",
    "sqldrivers", "tls", "wayland", "imageformats/libqicns", "imageformats/libqpdf", "imageformats/libqtga",
    "imageformats/libqtiff", "imageformats/libqwbmp", "imageformats/libqwebp", "imageformats/qicns",
    "imageformats/qpdf", "imageformats/qtga", "imageformats/qtiff", "imageformats/qwbmp", "imageformats/qwebp",
)  # fmt: skip

_QT_WORDS = ("qtbase_en", "qtbase_zh_CN")
# The report and the window are set in the sans face; Qt's software OpenGL of Windows serves no raster engine.
_FOREIGN = ("NotoSerifSC", "opengl32sw", "/tests/", "/include/", "lxml/isoschematron", ".po", ".pyi", ".pyx", ".pxd")


def kept(place: str) -> bool:
    """Whether a file at this place in the bundle belongs to it."""
    path = PurePosixPath(place.replace("\\", "/"))
    text = str(path)
    if any(part in text for part in _FOREIGN):
        return False
    if "PySide6" in path.parts and "translations" in path.parts:
        return path.name.startswith(_QT_WORDS)
    return not any(f"/plugins/{name}" in text for name in PLUGINS)
