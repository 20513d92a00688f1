"""The driver format: what one TOML file says of an instrument family. Field names here are the names in the file.

Every `send` may hold `{setting}` places. Every `pattern` is a regular expression that has to match the whole answer.
A `simulate` beside a pattern is the answer that the simulator gives, so one entry drives both ends of the line.
"""

from typing import Final, Literal

import msgspec

from labclient.instruments._output_schema import Output

Status = Literal["ok", "unstable", "settling", "stale", "underload", "overload", "busy", "error"]
STATUSES: Final[tuple[Status, ...]] = ("ok", "unstable", "settling", "stale", "underload", "overload", "busy", "error")
WITHOUT_VALUE: Final = frozenset({"underload", "overload", "busy", "error"})


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Term(_Part, frozen=True):
    """`factor` × product of the settings in `times` ÷ product of the settings in `over`."""

    factor: float = 1.0
    times: tuple[str, ...] = ()
    over: tuple[str, ...] = ()


class Linear(_Part, frozen=True):
    """A number that follows from settings: `base` plus the sum of the `terms`."""

    base: float = 0.0
    terms: tuple[Term, ...] = ()


class Manual(_Part, frozen=True):
    title: str
    url: str = ""
    pages: str = ""


class TriedOn(_Part, frozen=True):
    """One real unit on which this file was tried."""

    serial: str
    firmware: str
    date: str


class About(_Part, frozen=True):
    """`[driver]`: what family this is, and how sure its writer was."""

    id: str
    version: str
    title: str
    maker: str
    models: tuple[str, ...]
    certainty: Literal["high", "medium", "low"]
    manual: Manual
    tried_on: tuple[TriedOn, ...] = ()
    notes: str = ""


class Connection(_Part, frozen=True):
    """`[[connection]]`: one way to the instrument. Serial fields count for `kind = "serial"` only."""

    kind: Literal["socket", "gpib", "usbtmc", "vxi11", "hislip", "serial"]
    port: int | None = None
    baud: int = 9600
    data_bits: Literal[5, 6, 7, 8] = 8
    parity: Literal["none", "even", "odd", "mark", "space"] = "none"
    stop_bits: Literal[1, 2] = 1
    handshake: Literal["none", "xon/xoff", "rts/cts", "dsr/dtr"] = "none"
    dtr: bool = True
    rts: bool = True
    min_gap_ms: float = 0.0
    single_client: bool = False


class Framing(_Part, frozen=True):
    """`[framing]`: where a message ends, in both directions; nothing is inherited from a library's default."""

    send_end: str
    reply_end: str
    encoding: Literal["ascii", "latin-1", "utf-8"] = "ascii"
    max_bytes: int = 4096
    prompt: str = ""
    extra_input: Literal["error", "ignore"] = "error"


class Timeouts(_Part, frozen=True):
    """`[timeouts]` in seconds: opening the line, an ordinary reply, and the quiet that ends a drain."""

    open_s: float = 5.0
    reply_s: float = 3.0
    quiet_s: float = 0.2
    drain_s: float = 10.0


class Setting(_Part, frozen=True):
    """`[settings.NAME]`: what a technician may choose, with its limits."""

    label: str
    kind: Literal["number", "word"]
    default: float | int | str
    unit: str = "1"
    allowed: tuple[float | int | str, ...] = ()
    lowest: float | None = None
    highest: float | None = None


class Exchange(_Part, frozen=True):
    """One thing sent and, when `pattern` is given, the answer that must come.

    A named group that is a setting's name is compared with the setting. `lines` answers are joined by the reply end;
    `drain` drops what follows them until the line is quiet.
    """

    send: str
    pattern: str | None = None
    simulate: str | None = None
    lines: int = 1
    drain: bool = False
    wait_s: float = 0.0
    timeout: Linear | None = None


class Identify(_Part, frozen=True):
    """`[identify]`: the pattern's groups manufacturer, model, serial, firmware; `models` a pattern for the model.

    An instrument that tells them one by one is asked further by `also`, whose patterns name the other groups. A serial
    number that it cannot tell is an empty group: then no unit is told from another.
    """

    send: str
    pattern: str
    models: str
    simulate: str
    maker: str = ""
    lines: int = 1
    drain: bool = False
    attempts: int = 3
    first: tuple[str, ...] = ()
    also: tuple[Exchange, ...] = ()


class Sentinel(_Part, frozen=True):
    """An answer that is no value: a number at or beyond a bound, or a text that matches `pattern`."""

    status: Status
    at_least: float | None = None
    at_most: float | None = None
    pattern: str | None = None


class Flag(_Part, frozen=True):
    """A captured word and the status that each of its forms means; any other form is refused."""

    group: str
    map: dict[str, Status]


class Channel(_Part, frozen=True):
    """`[[reading.channel]]`: one quantity in the reply. `unit` is the only unit believed; where the reply names one,
    `unit_group` captures it and `units` says which spelling means which unit. `sign_group` is a sign that stands apart
    from the digits; `decimals` the digits after the point, where the instrument always sends as many."""

    name: str
    quantity: str
    unit: str
    group: str
    resolution: Linear
    unit_group: str | None = None
    sign_group: str | None = None
    decimals: Linear | None = None
    units: dict[str, str] = {}
    sentinels: tuple[Sentinel, ...] = ()
    largest: Linear | None = None


class Reading(_Part, frozen=True):
    """`[[reading]]`: how one reply with one or several channels comes. A group of the pattern that is a setting's name
    has to say that setting.

    `mode = "poll"`: the answer to `send`. `then` are further questions, each asked when the answer before is complete;
    the reply is all answers together, joined by the reply end.
    `mode = "stream"`: each line that comes after the exchanges of `start`, until those of `stop` and the quiet after
    them; a line of the form `skip`, which may hold `{setting}` places, is none of it and passed over. `timeout` is the
    longest time between two lines, `simulate_delay` the simulator's time between them.
    """

    name: str
    mode: Literal["poll", "stream"]
    pattern: str
    timeout: Linear
    channel: tuple[Channel, ...]
    simulate: str
    simulate_overload: str
    send: str = ""
    simulate_before_setup: str | None = None
    simulate_delay: Linear = Linear()
    then: tuple[str, ...] = ()
    start: tuple[Exchange, ...] = ()
    stop: tuple[Exchange, ...] = ()
    skip: str | None = None
    flags: tuple[Flag, ...] = ()
    discard_first: int = 0


class Errors(_Part, frozen=True):
    """`[errors]`: how to empty the error queue; `none` matches the answer that means it is empty."""

    send: str
    pattern: str
    none: str
    simulate: str
    simulate_none: str
    simulate_unknown: str
    max_drain: int = 25


class Resync(_Part, frozen=True):
    """`[resync]`: what to send to make the instrument silent before the line is drained."""

    device_clear: bool = True
    stop: tuple[str, ...] = ()
    attempts: int = 3


class SimulatedChannel(_Part, frozen=True):
    """How the simulated instrument measures a channel: absolute figures in the channel's unit, relative ones per one.

    `source` is what the hands wired to its terminals or a quantity of the room. `white` is the standard deviation of
    one reading when `white_setting` equals `white_at`, and falls with the root of that setting.
    """

    name: str
    source: Literal["wire", "temperature", "pressure", "humidity"]
    offset: float = 0.0
    gain: float = 0.0
    white: float = 0.0
    white_setting: str | None = None
    white_at: float = 1.0
    flicker: float = 0.0
    warm_up: float = 0.0
    warm_up_s: float = 1200.0
    drift_per_day: float = 0.0
    temperature_coefficient: float = 0.0
    largest: Linear | None = None


class SimulatedAnswer(_Part, frozen=True):
    """A request that this driver does not use itself, and its answer."""

    receive: str
    reply: str | None = None


class Simulate(_Part, frozen=True):
    """`[simulate]`: the simulated unit."""

    manufacturer: str
    model: str
    serial: str
    firmware: str
    channel: tuple[SimulatedChannel, ...]
    state: dict[str, str] = {}
    answer: tuple[SimulatedAnswer, ...] = ()
    unknown_reply: str | None = None


class Example(_Part, frozen=True):
    """`[[example]]`: a reply and what must be made of it: `values` with `status`, or `refused`."""

    reading: str
    reply: str
    status: Status = "ok"
    values: tuple[str, ...] = ()
    refused: bool = False
    note: str = ""


class DriverFile(_Part, frozen=True):
    """The whole file."""

    driver: About
    connection: tuple[Connection, ...]
    framing: Framing
    identify: Identify
    reading: tuple[Reading, ...]
    resync: Resync
    simulate: Simulate
    example: tuple[Example, ...]
    timeouts: Timeouts = Timeouts()
    settings: dict[str, Setting] = {}
    setup: tuple[Exchange, ...] = ()
    teardown: tuple[Exchange, ...] = ()
    errors: Errors | None = None
    output: Output | None = None
