"""A participation: its state folded from the notebook, its gates, its entries, its runs. The façade of both faces."""

from labclient.participation._binding import PART_NAMES, bind, pick, unbind
from labclient.participation._bodies import body_of
from labclient.participation._by_hand import Origin, judge_by_hand, registered, tasks_by_hand
from labclient.participation._certificates import SOON, certificates_due, confirm_certificate, enter_certificate
from labclient.participation._comparing import Compared, compare
from labclient.participation._copying import choose_copy, copied_so_far, copy_folder, keep_up
from labclient.participation._deviating import authorise, concerns_now
from labclient.participation._diagnostic import Look, Told, diagnostic_file, read_out
from labclient.participation._entries import (
    KINDS,
    Arrival,
    Decision,
    Departure,
    Deviation,
    Exclusion,
    HandedOver,
    Moment,
    Note,
    Part,
)
from labclient.participation._facade import Participation, checkpoint_file, confirm_root, first_state, read_state
from labclient.participation._fields import FIELD_NAMES, WORD_NAMES
from labclient.participation._gates import (
    ROLE_NAMES,
    STATION_NAMES,
    blocked,
    damage,
    may_enter,
    may_finish,
    may_run,
    missing,
)
from labclient.participation._health import Health, HealthWatch, last_trial
from labclient.participation._imported import Imported, Looked, import_run, look_at, look_into, remember, remembered
from labclient.participation._instruments import (
    Instrument,
    address_for,
    bench_instrument,
    chosen_settings,
    known_drivers,
    registration_of,
)
from labclient.participation._register import (
    bar,
    change_settings,
    entry_of,
    group,
    last_answers,
    note_answer,
    register,
    register_silent,
)
from labclient.participation._runs import Hands, Observer, Runs
from labclient.participation._satellites import give_up_satellite, issue_satellite, take_satellite
from labclient.participation._sending import send
from labclient.participation._signing import pack, prepare, sign, submit, take_receipt
from labclient.participation._state import STATIONS, Run, State, fold
from labclient.participation._told import ORIGIN_NAMES, READINGS, TASK_NAMES, told
from labclient.participation._typed import TypedRuns

__all__ = [
    "FIELD_NAMES",
    "KINDS",
    "ORIGIN_NAMES",
    "PART_NAMES",
    "READINGS",
    "ROLE_NAMES",
    "SOON",
    "STATIONS",
    "STATION_NAMES",
    "TASK_NAMES",
    "WORD_NAMES",
    "Arrival",
    "Compared",
    "Decision",
    "Departure",
    "Deviation",
    "Exclusion",
    "HandedOver",
    "Hands",
    "Health",
    "HealthWatch",
    "Imported",
    "Instrument",
    "Look",
    "Looked",
    "Moment",
    "Note",
    "Observer",
    "Origin",
    "Part",
    "Participation",
    "Run",
    "Runs",
    "State",
    "Told",
    "TypedRuns",
    "address_for",
    "authorise",
    "bar",
    "bench_instrument",
    "bind",
    "blocked",
    "body_of",
    "certificates_due",
    "change_settings",
    "checkpoint_file",
    "choose_copy",
    "chosen_settings",
    "compare",
    "concerns_now",
    "confirm_certificate",
    "confirm_root",
    "copied_so_far",
    "copy_folder",
    "damage",
    "diagnostic_file",
    "enter_certificate",
    "entry_of",
    "first_state",
    "fold",
    "give_up_satellite",
    "group",
    "import_run",
    "issue_satellite",
    "judge_by_hand",
    "keep_up",
    "known_drivers",
    "last_answers",
    "last_trial",
    "look_at",
    "look_into",
    "may_enter",
    "may_finish",
    "may_run",
    "missing",
    "note_answer",
    "pack",
    "pick",
    "prepare",
    "read_out",
    "read_state",
    "register",
    "register_silent",
    "registered",
    "registration_of",
    "remember",
    "remembered",
    "send",
    "sign",
    "submit",
    "take_receipt",
    "take_satellite",
    "tasks_by_hand",
    "told",
    "unbind",
]
