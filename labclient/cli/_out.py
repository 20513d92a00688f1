"""What the command line prints: lines for people, JSON for machines."""

import json
import sys
from typing import Any

from labclient.units import fitting_unit
from labclient.words import Message, message, say

TASK_NAMES: dict[str, Message] = {
    "functional": message("Functional check"),
    "settling": message("Warm-up"),
    "stability": message("Reading stability"),
    "measurement": message("Measurement"),
    "environment": message("Environment"),
}


def line(sentence: Message) -> None:
    """One sentence on standard output."""
    sys.stdout.write(f"{say(sentence)}\n")


def text(plain: str) -> None:
    """One line on standard output that is not for translation: a path, a number, a table row."""
    sys.stdout.write(f"{plain}\n")


def amount(value: str, unit: str) -> str:
    """A difference of the record for the eye: three digits in a fitting unit. What has no unit stays as it is."""
    if not unit:
        return value
    fitting, size = fitting_unit(abs(float(value)), unit)
    scaled = float(value) / size
    return f"{scaled:.0f} {fitting}" if abs(scaled) >= 1000 else f"{scaled:.3g} {fitting}"


def as_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def trouble(told: str) -> None:
    """What went wrong, on standard error."""
    sys.stderr.write(f"{told}\n")
