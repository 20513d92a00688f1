"""The last pages before the standard goes on: signatures, and submission."""

from labclient.ui._signing import SigningPage
from labclient.ui._submission import SubmissionPage

__all__ = ["SigningPage", "SubmissionPage"]
