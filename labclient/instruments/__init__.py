"""Links, TOML drivers, devices, the bench register, and the simulator that plays a driver's other end."""

from labclient.instruments._bench import Bench, BenchInstrument, Certificate, load_bench, save_bench
from labclient.instruments._device import Device, Identity, Line
from labclient.instruments._discovery import Found, probe
from labclient.instruments._driver import Driver, drivers, load_driver
from labclient.instruments._links import Link, open_link
from labclient.instruments._reply import ChannelInfo, Reply, ReplyRule
from labclient.instruments._schema import STATUSES, Status
from labclient.instruments._troubles import BadReply, NeedsResync, NoReply, NotConnected, SettingRefused

__all__ = [
    "STATUSES",
    "BadReply",
    "Bench",
    "BenchInstrument",
    "Certificate",
    "ChannelInfo",
    "Device",
    "Driver",
    "Found",
    "Identity",
    "Line",
    "Link",
    "NeedsResync",
    "NoReply",
    "NotConnected",
    "Reply",
    "ReplyRule",
    "SettingRefused",
    "Status",
    "drivers",
    "load_bench",
    "load_driver",
    "open_link",
    "probe",
    "save_bench",
]
