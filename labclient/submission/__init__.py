"""Handing a package over, and the pilot's signed word that it has arrived."""

from labclient.submission._deliver import Delivered, deliver
from labclient.submission._receipt import RECEIPT_JSON, Receipt, TakenReceipt, read_receipt, receipt_json, receive

__all__ = [
    "RECEIPT_JSON",
    "Delivered",
    "Receipt",
    "TakenReceipt",
    "deliver",
    "read_receipt",
    "receipt_json",
    "receive",
]
