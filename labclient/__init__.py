"""labclient: the bench side of a measurement comparison."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("labclient")
except PackageNotFoundError:  # run from a bare checkout
    __version__ = "0+source"

__all__ = ["__version__"]
