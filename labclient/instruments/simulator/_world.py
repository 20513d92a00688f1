"""The world around simulated instruments: artefacts on the table, what is wired, the room. All of it is data."""

from math import exp, pi, sin
from pathlib import Path
from random import Random
from typing import Final

import msgspec

from labclient.errors import DriverInvalid
from labclient.instruments._schema import Linear, SimulatedChannel
from labclient.instruments._settings import follow
from labclient.instruments.simulator._noise import Flicker
from labclient.words import message

_DAY_S: Final = 86400.0
_REFERENCE_TEMPERATURE: Final = 23.0


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One output of an artefact: its value at 23 °C at the start, in the channel's unit; the rest is absolute too,
    drift a day, coefficient a kelvin, `warm_up` the departure at the start that fades with `warm_up_s`."""

    value: float
    drift_per_day: float = 0.0
    temperature_coefficient: float = 0.0
    white: float = 0.0
    flicker: float = 0.0
    warm_up: float = 0.0
    warm_up_s: float = 1200.0


class Artefact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thing with outputs; `offset` is added behind the polarity (thermal voltages of the connection)."""

    points: dict[str, Point]
    offset: float = 0.0


class Ambient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quantity of the room: a mean, a slow sine of `period_s`, and a 1/f part."""

    mean: float
    swing: float = 0.0
    period_s: float = 3600.0
    flicker: float = 0.0


class Room(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The air: temperature in °C, pressure in hPa, humidity in %RH."""

    temperature: Ambient = Ambient(_REFERENCE_TEMPERATURE)
    pressure: Ambient = Ambient(1013.25)
    humidity: Ambient = Ambient(45.0)


class Wired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is at the terminals."""

    artefact: str
    point: str
    reversed: bool = False


class WorldFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A world file, JSON."""

    artefacts: dict[str, Artefact] = {}
    wired: Wired | None = None
    room: Room = Room()


def load_world(path: Path) -> WorldFile:
    """The world in a JSON file; raises `DriverInvalid`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=WorldFile)
    except (OSError, msgspec.DecodeError) as trouble:
        raise DriverInvalid(
            message("{file} is not a world: {reason}", file=path.name, reason=str(trouble))
        ) from trouble


class World:
    """The living world of one simulated instrument; moments are simulated seconds since its start."""

    def __init__(self, declared: WorldFile, random: Random) -> None:
        self.artefacts = declared.artefacts
        self.wired = declared.wired
        self.room = declared.room
        self.plain: Point | None = None
        self._drift = self._drifted = self._drifts_since = 0.0
        self._random = random
        self._flicker: dict[str, Flicker] = {}

    def ambient(self, quantity: str, seconds: float) -> float:
        """A quantity of the room."""
        of: Ambient = getattr(self.room, quantity)
        swing = of.swing * sin(2 * pi * seconds / of.period_s)
        return of.mean + swing + self._noise(f"room {quantity}", of.flicker, seconds)

    def at_terminals(self, seconds: float) -> float:
        """The value at the terminals; 0 with nothing wired."""
        return self._source(seconds) + self._drifted_by(seconds)

    def drift(self, per_day: float, seconds: float) -> None:
        """From this moment on the value at the terminals drifts by so much a day more than it does itself."""
        self._drifted, self._drift, self._drifts_since = self._drifted_by(seconds), per_day, seconds

    def _drifted_by(self, seconds: float) -> float:
        return self._drifted + self._drift * (seconds - self._drifts_since) / _DAY_S

    def _source(self, seconds: float) -> float:
        if self.plain is not None:
            return self._output(self.plain, "plain", seconds)
        if self.wired is None:
            return 0.0
        artefact = self.artefacts[self.wired.artefact]
        output = self._output(artefact.points[self.wired.point], f"{self.wired.artefact} {self.wired.point}", seconds)
        return artefact.offset + (-output if self.wired.reversed else output)

    def connect(self, wired: Wired) -> None:
        """Wire an artefact's point; KeyError names what is not there."""
        self.artefacts[wired.artefact].points[wired.point]
        self.wired, self.plain = wired, None

    def _output(self, point: Point, name: str, seconds: float) -> float:
        warmth = self.ambient("temperature", seconds) - _REFERENCE_TEMPERATURE
        return (
            point.value
            + point.drift_per_day * seconds / _DAY_S
            + point.temperature_coefficient * warmth
            + point.warm_up * exp(-seconds / point.warm_up_s)
            + self._random.gauss(0.0, point.white)
            + self._noise(name, point.flicker, seconds)
        )

    def _noise(self, name: str, floor: float, seconds: float) -> float:
        if not floor:
            return 0.0
        if name not in self._flicker:
            self._flicker[name] = Flicker(1.0, Random(self._random.random()))
        return floor * self._flicker[name].at(seconds)


class Meter:
    """How one channel of the simulated instrument sees the world."""

    def __init__(self, declared: SimulatedChannel, world: World, random: Random) -> None:
        self._declared = declared
        self._world = world
        self._random = random
        self._flicker = Flicker(declared.flicker, random)

    def measure(self, seconds: float, settings: dict[str, str]) -> float | None:
        """What the instrument shows, or None beyond its range."""
        declared, world = self._declared, self._world
        wired = declared.source == "wire"
        true = world.at_terminals(seconds) if wired else world.ambient(declared.source, seconds)
        largest = follow(declared.largest or Linear(), settings)
        if largest and abs(true) > largest:
            return None
        white = declared.white
        if declared.white_setting:
            white *= (declared.white_at / float(settings[declared.white_setting])) ** 0.5
        warmth = world.ambient("temperature", seconds) - _REFERENCE_TEMPERATURE
        return (
            true * (1.0 + declared.gain)
            + declared.offset
            + declared.drift_per_day * seconds / _DAY_S
            + declared.temperature_coefficient * warmth
            + declared.warm_up * exp(-seconds / declared.warm_up_s)
            + self._random.gauss(0.0, white)
            + self._flicker.at(seconds)
        )
