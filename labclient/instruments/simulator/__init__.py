"""Simulated instruments: processes that speak bytes, made from the driver's own file, with a world around them."""

from labclient.instruments.simulator._faults import FAULTS
from labclient.instruments.simulator._hands import Hands, Simulated, start_simulator
from labclient.instruments.simulator._living import run
from labclient.instruments.simulator._orders import manual, parse
from labclient.instruments.simulator._rehearsal import Step, rehearse
from labclient.instruments.simulator._world import WorldFile, load_world

__all__ = [
    "FAULTS",
    "Hands",
    "Simulated",
    "Step",
    "WorldFile",
    "load_world",
    "manual",
    "parse",
    "rehearse",
    "run",
    "start_simulator",
]
