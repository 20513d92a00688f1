"""The fixtures of sending, for both of its test modules."""

from .sending import outbox, package, server, world

__all__ = ["outbox", "package", "server", "world"]
