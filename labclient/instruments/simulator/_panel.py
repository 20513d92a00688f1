"""The front panel of a simulated instrument: the unit that somebody may choose there, and what the number is then."""

from collections.abc import Mapping
from typing import Final

from labclient.errors import UnitUnknown
from labclient.instruments._driver import Driver
from labclient.units import convert, unit

_OTHER: Final = {
    "hPa": "kPa", "kPa": "MPa", "Pa": "kPa", "MPa": "kPa", "mbar": "bar", "bar": "mbar",
    "g": "kg", "kg": "g", "mg": "g",
    "V": "mV",
}  # fmt: skip


class Panel:
    """The unit knobs of a driver's simulated unit: state variables whose text is a unit."""

    def __init__(self, driver: Driver) -> None:
        channels = [channel for reading in driver.file.reading for channel in reading.channel]
        self._spellings = {text: meaning for channel in channels for text, meaning in channel.units.items() if text}
        self._units = {channel.name: channel.unit for channel in channels}
        self._declared = {
            name: meaning
            for name, text in driver.file.simulate.state.items()
            if (meaning := self._meaning(text)) is not None
        }
        others = {name: self._other(driver.file.simulate.state[name], one) for name, one in self._declared.items()}
        self.others = {name: text for name, text in others.items() if text}

    def shown(self, name: str, value: float, state: Mapping[str, str]) -> float:
        """What a channel's value is in the unit now chosen; unchanged where that unit is not known."""
        for knob, declared in self._declared.items():
            if self._units.get(name) != declared:
                continue
            text = state[knob]
            if text.endswith("F") and declared == "°C":
                return value * 1.8 + 32.0
            meaning = self._meaning(text)
            if meaning is not None and unit(meaning).quantity == unit(declared).quantity:
                return convert(value, declared, meaning)
        return value

    def _meaning(self, text: str) -> str | None:
        try:
            return unit(self._spellings.get(text, text)).symbol
        except UnitUnknown:
            return None

    @staticmethod
    def _other(text: str, meaning: str) -> str:
        if meaning == "°C":
            return text.replace("C", "F")
        other = _OTHER.get(meaning, "")
        return other.upper() if len(text) > 1 and text.isupper() else other
