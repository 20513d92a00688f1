"""Acquisition: what sources read, recorded before anybody sees it."""

from labclient.acquisition._awake import Keeper, kept_awake
from labclient.acquisition._by_hand import ByHand, Confirmation, Question, Transcribed, Typist
from labclient.acquisition._clock_told import CLOCK_SENTENCES, clock_remarks
from labclient.acquisition._clock_watch import ClockWatch
from labclient.acquisition._daily import DailyCheckpoint
from labclient.acquisition._imported import Columns, Order, Row, Value, read_rows, row_replies
from labclient.acquisition._recorder import Recorder
from labclient.acquisition._replies import Replies, replies
from labclient.acquisition._room import RULES, Gauge, Left, Rules, getting_full, size_text, time_text
from labclient.acquisition._series import Cycle, Series
from labclient.acquisition._source import Source, Tell
from labclient.acquisition._table import DELIMITER_NAMES, ENCODINGS, Sheet, Table, read_table
from labclient.acquisition._typed import Doubt, Typed, doubt, in_words, read_typed
from labclient.acquisition._workbook import WORKBOOK, is_workbook, open_table, read_workbook, sheet_names, sheet_remarks

__all__ = [
    "CLOCK_SENTENCES",
    "DELIMITER_NAMES",
    "ENCODINGS",
    "RULES",
    "WORKBOOK",
    "ByHand",
    "ClockWatch",
    "Columns",
    "Confirmation",
    "Cycle",
    "DailyCheckpoint",
    "Doubt",
    "Gauge",
    "Keeper",
    "Left",
    "Order",
    "Question",
    "Recorder",
    "Replies",
    "Row",
    "Rules",
    "Series",
    "Sheet",
    "Source",
    "Table",
    "Tell",
    "Transcribed",
    "Typed",
    "Typist",
    "Value",
    "clock_remarks",
    "doubt",
    "getting_full",
    "in_words",
    "is_workbook",
    "kept_awake",
    "open_table",
    "read_rows",
    "read_table",
    "read_typed",
    "read_workbook",
    "replies",
    "row_replies",
    "sheet_names",
    "sheet_remarks",
    "size_text",
    "time_text",
]
