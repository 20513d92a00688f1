"""The ways to the pages that are no stations, and all that can be done from everywhere."""

from functools import partial
from typing import TYPE_CHECKING, Final

from labclient.participation import STATION_NAMES, STATIONS
from labclient.ui._commands import Command
from labclient.ui._frame import HOME, Way
from labclient.ui._said import show_said
from labclient.words import message

if TYPE_CHECKING:
    from labclient.ui._shell import Shell


WAYS: Final = (
    Way("plan", message("Plan"), "Ctrl+P"),
    Way("drift", message("Drift"), "Ctrl+G"),
    Way("notebook", message("Notebook"), "Ctrl+B"),
    Way("instruments", message("Instruments"), "Ctrl+I", alone=True),
    Way("validation", message("Validation"), "Ctrl+R", follows=False, alone=True),
    Way("settings", message("Settings"), "Ctrl+,", follows=False, alone=True),
)  # the pages that are no stations


def commands_of(window: "Shell") -> tuple[Command, ...]:
    """All that can be done from everywhere."""
    program, stations, view = message("&Program"), message("&Stations"), message("&View")
    return (
        Command(program, message("Comparisons"), "Ctrl+0", partial(window.show_view, HOME)),
        Command(program, message("Open a notebook…"), "Ctrl+O", window.choose),
        Command(program, message("Begin with a plan…"), "Ctrl+N", window.begin),
        Command(program, message("Who is working?"), "Ctrl+W", window.ask_who),
        Command(program, message("Satellites…"), "Ctrl+T", window.show_satellites),
        Command(program, message("Output…"), "Ctrl+U", window.outputs.show),
        Command(program, message("Compute…"), "Ctrl+M", window.compute),
        Command(program, message("Quit"), "Ctrl+Q", window.leave),
        *(
            Command(stations, STATION_NAMES[station], f"Ctrl+{row + 1}", partial(window.go_to, station))
            for row, station in enumerate(STATIONS)
        ),
        *(Command(view, way.name, way.keys, partial(window.show_view, way.view)) for way in WAYS),
        Command(view, message("Chinese / English"), "Ctrl+L", window.change_language),
        Command(view, message("Light / dark"), "Ctrl+D", window.change_theme),
        Command(view, message("Larger"), "Ctrl+=", lambda: window.change_scale(+1)),
        Command(view, message("Smaller"), "Ctrl+-", lambda: window.change_scale(-1)),
        Command(view, message("Find a command…"), "Ctrl+K", window.find_command),
        Command(view, message("What was said"), "F4", lambda: show_said(window, window.said)),
        Command(view, message("Help and keys"), "F1", window.help),
    )
