"""Acquisition: what sources read, recorded before anybody sees it."""

from labclient.acquisition._recorder import Recorder
from labclient.acquisition._replies import Replies

__all__ = ["Recorder", "Replies"]
