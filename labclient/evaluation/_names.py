"""The names of checks and verdicts, to be said in the reader's language."""

from labclient.words import Message, message

CHECK_NAMES: dict[str, Message] = {
    "functional": message("functional check"),
    "transport": message("transport record"),
    "settling": message("warm-up"),
    "stability": message("reading stability"),
    "zero": message("zero readings"),
    "environment": message("environment"),
}

VERDICT_NAMES: dict[str, Message] = {
    "pass": message("pass"),
    "fail": message("fail"),
    "undecided": message("cannot judge yet"),
}
