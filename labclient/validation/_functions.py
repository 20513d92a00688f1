"""What the cases call, by name: each takes a case's input and returns what was found, by name of quantity.

They only hand over; all computing is `labclient.metrology`.
"""

from collections.abc import Mapping
from typing import Final

from labclient.validation._comparison import COMPARISON
from labclient.validation._given import Call
from labclient.validation._over_time import OVER_TIME
from labclient.validation._scores import SCORES
from labclient.validation._statistics import STATISTICS
from labclient.validation._uncertainty import UNCERTAINTY
from labclient.validation._weighing import WEIGHING

FUNCTIONS: Final[Mapping[str, Call]] = {
    **STATISTICS, **UNCERTAINTY, **COMPARISON, **OVER_TIME, **SCORES, **WEIGHING,
}  # fmt: skip
