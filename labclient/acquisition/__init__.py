"""Acquisition: what sources read, recorded before anybody sees it."""

from labclient.acquisition._clock_told import CLOCK_SENTENCES, clock_remarks
from labclient.acquisition._clock_watch import ClockWatch
from labclient.acquisition._daily import DailyCheckpoint
from labclient.acquisition._recorder import Recorder
from labclient.acquisition._replies import Replies, replies
from labclient.acquisition._room import RULES, Gauge, Left, Rules, getting_full, size_text, time_text
from labclient.acquisition._series import Cycle, Series
from labclient.acquisition._source import Source, Tell

__all__ = [
    "CLOCK_SENTENCES",
    "RULES",
    "ClockWatch",
    "Cycle",
    "DailyCheckpoint",
    "Gauge",
    "Left",
    "Recorder",
    "Replies",
    "Rules",
    "Series",
    "Source",
    "Tell",
    "clock_remarks",
    "getting_full",
    "replies",
    "size_text",
    "time_text",
]
