"""Acquisition: what sources read, recorded before anybody sees it."""

from labclient.acquisition._clock_told import CLOCK_SENTENCES, clock_remarks
from labclient.acquisition._clock_watch import ClockWatch
from labclient.acquisition._daily import DailyCheckpoint
from labclient.acquisition._recorder import Recorder
from labclient.acquisition._replies import Replies, replies
from labclient.acquisition._series import Cycle, Series
from labclient.acquisition._source import Source, Tell

__all__ = [
    "CLOCK_SENTENCES",
    "ClockWatch",
    "Cycle",
    "DailyCheckpoint",
    "Recorder",
    "Replies",
    "Series",
    "Source",
    "Tell",
    "clock_remarks",
    "replies",
]
