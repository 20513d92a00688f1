"""What a person likes, kept on this PC: language, theme, size, how to be called; and where the window was left. Nothing
here touches a measurement."""

from pathlib import Path
from typing import ClassVar, Literal

import msgspec
from msgspec import Struct

from labclient.home import this_pc
from labclient.signing import write_whole

SCALES = (0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


class Preferences(Struct, frozen=True, omit_defaults=True):
    """An empty language or theme means: as the system says. `attention`: how somebody is called who is needed, with
    "sound" flashing too. `plot_time`: what the axis of time of a run shows. `geometry`: the window's size and place, as
    Qt writes them, in hexadecimal. `page`: what was looked at last of the notebook `notebook`."""

    language: Literal["", "en", "zh_CN"] = ""
    theme: Literal["", "light", "dark"] = ""
    scale: float = 1.0
    attention: Literal["flash", "sound", "none"] = "flash"
    plot_time: Literal["elapsed", "wall"] = "elapsed"
    geometry: str = ""
    notebook: str = ""
    page: str = ""


class Lately:
    """What was chosen last, for the plots made next."""

    plot_time: ClassVar[Literal["elapsed", "wall"]] = "elapsed"


def preferences() -> Preferences:
    """What was kept; the system's ways where nothing was, or where the file cannot be understood."""
    try:
        kept = msgspec.json.decode(_file().read_bytes(), type=Preferences)
    except (FileNotFoundError, msgspec.DecodeError):
        return Preferences()
    return kept if kept.scale in SCALES else msgspec.structs.replace(kept, scale=1.0)


def keep(chosen: Preferences) -> None:
    """Keep them for the next start."""
    _file().parent.mkdir(parents=True, exist_ok=True)
    write_whole(_file(), msgspec.json.encode(chosen))


def next_scale(scale: float, step: int) -> float:
    """The next larger or smaller size, never beyond the ends."""
    place = SCALES.index(scale) + step
    return SCALES[min(max(place, 0), len(SCALES) - 1)]


def _file() -> Path:
    return this_pc().root / "preferences.json"
