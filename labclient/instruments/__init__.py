"""Links, TOML drivers, devices, the bench register, and the simulator that plays a driver's other end."""

from labclient.instruments._adapters import bound, serial_ports
from labclient.instruments._bench import (
    Bench,
    BenchInstrument,
    Binding,
    Licence,
    MeasurementStandard,
    Part,
    document_of,
    keep_document,
    load_bench,
    parse_certificate,
    save_bench,
    verify_document,
)
from labclient.instruments._certificate import (
    Certificate,
    CertifiedPoint,
    Fault,
    confirmed_by,
    drift_since,
    fault,
    is_day,
    unfilled,
)
from labclient.instruments._device import Device
from labclient.instruments._dialogue import Line
from labclient.instruments._discovery import BusReport, Discovery, Found, Sighting, discover, probe
from labclient.instruments._driver import Driver, drivers, load_driver
from labclient.instruments._guard import Guard, LeftOn, Outcome, forget_left, left_on, make_left_safe, set_aside, watch
from labclient.instruments._identify import Identity
from labclient.instruments._links import Link, open_link
from labclient.instruments._output import OutputPort, sent_text
from labclient.instruments._places import is_barred, tcp_addresses
from labclient.instruments._probe import Fit
from labclient.instruments._registered import Concern, ConcernId, RegisteredDevice, Registration, in_use
from labclient.instruments._reply import STATUS_NAMES, ChannelInfo, Reply, ReplyRule
from labclient.instruments._safe import by_hand
from labclient.instruments._schema import STATUSES, Status
from labclient.instruments._settings import follow
from labclient.instruments._stream import Lines
from labclient.instruments._troubles import (
    BadReply,
    NeedsResync,
    NoReply,
    NotConnected,
    Overrun,
    Sending,
    SettingRefused,
)
from labclient.instruments._visa_search import Ability

__all__ = [
    "STATUSES",
    "STATUS_NAMES",
    "Ability",
    "BadReply",
    "Bench",
    "BenchInstrument",
    "Binding",
    "BusReport",
    "Certificate",
    "CertifiedPoint",
    "ChannelInfo",
    "Concern",
    "ConcernId",
    "Device",
    "Discovery",
    "Driver",
    "Fault",
    "Fit",
    "Found",
    "Guard",
    "Identity",
    "LeftOn",
    "Licence",
    "Line",
    "Lines",
    "Link",
    "MeasurementStandard",
    "NeedsResync",
    "NoReply",
    "NotConnected",
    "Outcome",
    "OutputPort",
    "Overrun",
    "Part",
    "RegisteredDevice",
    "Registration",
    "Reply",
    "ReplyRule",
    "Sending",
    "SettingRefused",
    "Sighting",
    "Status",
    "bound",
    "by_hand",
    "confirmed_by",
    "discover",
    "document_of",
    "drift_since",
    "drivers",
    "fault",
    "follow",
    "forget_left",
    "in_use",
    "is_barred",
    "is_day",
    "keep_document",
    "left_on",
    "load_bench",
    "load_driver",
    "make_left_safe",
    "open_link",
    "parse_certificate",
    "probe",
    "save_bench",
    "sent_text",
    "serial_ports",
    "set_aside",
    "tcp_addresses",
    "unfilled",
    "verify_document",
    "watch",
]
