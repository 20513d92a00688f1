"""The demonstration: the whole main job on simulated instruments over real links. A third user of the façade."""

from labclient.demo._bench import METER, ROOM, SimulatedHands, simulated_bench
from labclient.demo._papers import PASSPHRASE
from labclient.demo._play import DEFAULT_SPEED, SCENARIOS, Left, Scenario, Watcher, demonstrate, notebook_in

__all__ = [
    "DEFAULT_SPEED",
    "METER",
    "PASSPHRASE",
    "ROOM",
    "SCENARIOS",
    "Left",
    "Scenario",
    "SimulatedHands",
    "Watcher",
    "demonstrate",
    "notebook_in",
    "simulated_bench",
]
