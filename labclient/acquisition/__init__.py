"""Acquisition: what sources read, recorded before anybody sees it."""

from labclient.acquisition._awake import Keeper, kept_awake
from labclient.acquisition._bounds import Bound, Bounds, amount, quantity_text
from labclient.acquisition._by_hand import SAY_SECOND, ByHand, Confirmation, Question, Transcribed, Typist
from labclient.acquisition._clock_told import CLOCK_SENTENCES, clock_remarks
from labclient.acquisition._clock_watch import ClockWatch
from labclient.acquisition._daily import DailyCheckpoint
from labclient.acquisition._imported import Columns, Order, Row, Value, is_year_first, read_rows, refusal, row_replies
from labclient.acquisition._output import Output, Standing
from labclient.acquisition._output_told import CAUSES, OUTPUT_KINDS, OUTPUT_SENTENCES, Cause, OutputSafe, OutputSet
from labclient.acquisition._recorder import Recorder
from labclient.acquisition._replies import Replies, replies
from labclient.acquisition._room import RULES, Gauge, Left, Rules, getting_full, size_text, time_text
from labclient.acquisition._series import Cycle, Series
from labclient.acquisition._source import Source, Tell, run_waits
from labclient.acquisition._table import DELIMITER_NAMES, ENCODINGS, SAY_SEPARATOR, Sheet, Table, read_table
from labclient.acquisition._typed import Doubt, Typed, doubt, in_words, read_typed
from labclient.acquisition._workbook import (
    SAY_SHEET,
    WORKBOOK,
    is_workbook,
    open_table,
    read_workbook,
    sheet_names,
    sheet_remarks,
)

__all__ = [
    "CAUSES",
    "CLOCK_SENTENCES",
    "DELIMITER_NAMES",
    "ENCODINGS",
    "OUTPUT_KINDS",
    "OUTPUT_SENTENCES",
    "RULES",
    "SAY_SECOND",
    "SAY_SEPARATOR",
    "SAY_SHEET",
    "WORKBOOK",
    "Bound",
    "Bounds",
    "ByHand",
    "Cause",
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
    "Output",
    "OutputSafe",
    "OutputSet",
    "Question",
    "Recorder",
    "Replies",
    "Row",
    "Rules",
    "Series",
    "Sheet",
    "Source",
    "Standing",
    "Table",
    "Tell",
    "Transcribed",
    "Typed",
    "Typist",
    "Value",
    "amount",
    "clock_remarks",
    "doubt",
    "getting_full",
    "in_words",
    "is_workbook",
    "is_year_first",
    "kept_awake",
    "open_table",
    "quantity_text",
    "read_rows",
    "read_table",
    "read_typed",
    "read_workbook",
    "refusal",
    "replies",
    "row_replies",
    "run_waits",
    "sheet_names",
    "sheet_remarks",
    "size_text",
    "time_text",
]
