"""The demonstration: the whole main job on simulated instruments over real links. A third user of the façade."""

from labclient.demo._play import DEFAULT_SPEED, SCENARIOS, Left, Scenario, Watcher, demonstrate

__all__ = ["DEFAULT_SPEED", "SCENARIOS", "Left", "Scenario", "Watcher", "demonstrate"]
