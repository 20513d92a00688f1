"""The pages of runs."""

from labclient.ui._measurement import MeasurementPage
from labclient.ui._run_page import RunPage
from labclient.ui._stability import StabilityPage

__all__ = ["MeasurementPage", "RunPage", "StabilityPage"]
