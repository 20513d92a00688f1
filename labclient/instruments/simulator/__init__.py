"""Simulated instruments: processes that speak bytes, made from the driver's own file, with a world around them."""

from labclient.instruments.simulator._hands import Hands, Simulated, start_simulator
from labclient.instruments.simulator._server import run
from labclient.instruments.simulator._world import WorldFile, load_world

__all__ = ["Hands", "Simulated", "WorldFile", "load_world", "run", "start_simulator"]
