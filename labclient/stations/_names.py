"""The stations in their order, and how stations and roles are called."""

from labclient.plan import Station
from labclient.words import Message, message

STATIONS: tuple[Station, ...] = (
    "arrival",
    "warm-up",
    "stability",
    "measurement",
    "departure",
    "results",
    "signing",
    "submission",
    "handed-over",
)

STATION_NAMES: dict[Station, Message] = {
    "arrival": message("Arrival"),
    "warm-up": message("Warm-up"),
    "stability": message("Stability"),
    "measurement": message("Measurement"),
    "departure": message("Departure check"),
    "results": message("Results and budget"),
    "signing": message("Review and signatures"),
    "submission": message("Submission"),
    "handed-over": message("Handed over"),
}

ROLE_NAMES: dict[str, Message] = {
    "operator": message("operator"),
    "checker": message("checker"),
    "approver": message("approver"),
}
