"""What the laboratory brings to a result: its standard's certificate and its declared uncertainty components.

Bodies of the entries "standard" and "budget"; numbers are decimal text as the person gave them.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from labclient.words import message

Line = Annotated[str, Meta(min_length=1, max_length=500)]
_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?"
Number = Annotated[
    str,
    Meta(
        pattern=rf"\A{_NUMBER}\Z",
        extra={"expected": message("a number such as 10.0001 with a decimal point and no thousands mark")},
    ),
]
Dof = Annotated[
    str,
    Meta(
        pattern=rf"\A({_NUMBER}|inf)\Z", extra={"expected": message("a number such as 10, or inf for infinitely many")}
    ),
]


class _Body(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class CertifiedValue(_Body, frozen=True):
    """One value of the laboratory's standard from its certificate: U with its k."""

    point: str
    value: Number
    unit: str
    U: Number
    k: Number


class Standard(_Body, frozen=True):
    """The laboratory's own standard with its certificate."""

    id: Line
    maker: str
    model: str
    serial: Line
    certificate: Line
    issuer: Line
    date: Line
    values: tuple[CertifiedValue, ...]


class Declared(_Body, frozen=True):
    """A budget component the laboratory declares at a point: the half-width of the plan's distribution, or the standard
    uncertainty of a normal one. `estimate` is the value of an input of the plan's model, in the same unit."""

    row: str
    point: str
    value: Number
    unit: str
    source: Line
    dof: Dof = "inf"
    estimate: Number = "0"


class InfluenceUncertainty(_Body, frozen=True):
    """The laboratory's standard uncertainty of an influence quantity at the transfer standard."""

    influence: Literal["temperature", "relative humidity", "pressure"]
    u: Number
    unit: str
    source: Line


class DeclaredCorrelation(_Body, frozen=True):
    """Two components that the laboratory knows to be correlated, at every point."""

    first: str
    second: str
    r: Number
    source: Line


class Capability(_Body, frozen=True):
    """The laboratory's calibration and measurement capability (CMC) at a point: its expanded uncertainty."""

    point: str
    U: Number
    unit: str
    source: Line


class BudgetDeclared(_Body, frozen=True):
    rows: tuple[Declared, ...]
    influences: tuple[InfluenceUncertainty, ...]
    correlations: tuple[DeclaredCorrelation, ...] = ()
    cmc: tuple[Capability, ...] = ()
