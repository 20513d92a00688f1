"""The notebook: the one file of a participation, an append-only log whose every entry is a leaf of a hash tree."""

from labclient.notebook._blocks import (
    OK,
    Columns,
    block,
    channel_words,
    check_replies,
    raw_bytes,
    raw_cell,
    read_columns,
)
from labclient.notebook._check import CheckReport, Finding, check
from labclient.notebook._entry import Digest, Draft, Entry, check_draft
from labclient.notebook._export import DAMAGE, export
from labclient.notebook._file import SUFFIX
from labclient.notebook._notebook import Notebook, is_simulated, log_name
from labclient.notebook._reader import Reader
from labclient.notebook._restore import restore
from labclient.notebook._runs import (
    Channel,
    Interrupted,
    Purpose,
    RunData,
    Task,
    attachment,
    blocks,
    channels_of,
    gap,
    interrupted,
    open_run,
    run_start,
    run_stop,
    run_values,
    series,
)

__all__ = [
    "DAMAGE",
    "OK",
    "SUFFIX",
    "Channel",
    "CheckReport",
    "Columns",
    "Digest",
    "Draft",
    "Entry",
    "Finding",
    "Interrupted",
    "Notebook",
    "Purpose",
    "Reader",
    "RunData",
    "Task",
    "attachment",
    "block",
    "blocks",
    "channel_words",
    "channels_of",
    "check",
    "check_draft",
    "check_replies",
    "export",
    "gap",
    "interrupted",
    "is_simulated",
    "log_name",
    "open_run",
    "raw_bytes",
    "raw_cell",
    "read_columns",
    "restore",
    "run_start",
    "run_stop",
    "run_values",
    "series",
]
