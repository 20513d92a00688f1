"""Handing a package over, and the pilot's signed word that it has arrived."""

from labclient.submission._deliver import Delivered, deliver
from labclient.submission._outbox import LONGEST_S, SHORTEST_S, STATE_NAMES, Item, Outbox, delay
from labclient.submission._receipt import RECEIPT_JSON, Receipt, TakenReceipt, read_receipt, receipt_json, receive
from labclient.submission._send import Progress, attempt, send, send_due
from labclient.submission._upload import SAY_CERTIFICATE, Answer, Patience, Platform, is_this_pc, platform_url

__all__ = [
    "LONGEST_S",
    "RECEIPT_JSON",
    "SAY_CERTIFICATE",
    "SHORTEST_S",
    "STATE_NAMES",
    "Answer",
    "Delivered",
    "Item",
    "Outbox",
    "Patience",
    "Platform",
    "Progress",
    "Receipt",
    "TakenReceipt",
    "attempt",
    "delay",
    "deliver",
    "is_this_pc",
    "platform_url",
    "read_receipt",
    "receipt_json",
    "receive",
    "send",
    "send_due",
]
