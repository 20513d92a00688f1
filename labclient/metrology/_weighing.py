"""Weighing designs: masses, or any values compared by difference, from more comparisons than there are unknowns.

Differences alone fix no level, so a design has one restraint: a combination of its artefacts whose value a certificate
states. Least squares under that restraint, solved in rational numbers, gives every value with the covariance that the
repeatability of the comparisons and the uncertainty of the restraint leave to it. Source: NIST/SEMATECH e-Handbook of
Statistical Methods, 2.3.3 and 2.3.4; Cameron, Croarkin and Raybold, NBS Technical Note 952 (1977). Air buoyancy is
taken off the observations beforehand.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from typing import Final

import msgspec

from labclient.errors import DataUnfit
from labclient.metrology._numbers import not_negative, positive, stated
from labclient.metrology._regression import Exact, _dot, _inverted, _rational, root
from labclient.words import message

METHOD: Final = "weighing-design/1"


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """Values of p artefacts in the unit of the observations; both covariances, shape (p, p), in its square."""

    method: str
    artefacts: tuple[str, ...]
    values: tuple[float, ...]
    u: tuple[float, ...]
    """Standard uncertainties, roots of the diagonal of `covariance`."""
    covariance: tuple[tuple[float, ...], ...]
    """Repeatability and restraint together."""
    repeatability: tuple[tuple[float, ...], ...]
    """The part of the comparisons' own scatter, with `dof` degrees of freedom; without day-to-day scatter."""
    s: float
    """Standard deviation of a single observation: of the residuals, or the one that was given."""
    dof: int
    """Of the residuals."""
    drift: float | None
    """Change of the balance per unit of time; None where no times were given."""
    residuals: tuple[float, ...]


def weigh(
    design: Sequence[Sequence[int | float]],
    observations: Exact,
    restraint: Sequence[int | float],
    value: float,
    u_value: float = 0.0,
    *,
    artefacts: Sequence[str] = (),
    times: Exact | None = None,
    offset: bool = False,
    s: float | None = None,
) -> Weighing:
    """Values of p artefacts from n observations under Σ restraint·values = `value`, standard uncertainty `u_value`.

    `design` has shape (n, p): what each artefact counts for in each observation, usually 1, −1 or 0. With `times`,
    shape (n,), a drift linear in time is fitted as well; with `offset` a common zero of all observations, for single
    readings instead of differences. `s` is the standard deviation of one observation where it is known better than
    from the residuals. Raises `DataUnfit` for lists of different length, numbers that are not finite, a design that
    with its restraint leaves a value open, and when neither residuals nor `s` tell the scatter.
    """
    y, rows, held = _rational(observations), [_rational(row) for row in design], _rational(restraint)
    p = len(held)
    names = tuple(artefacts) or tuple(str(i + 1) for i in range(p))
    if not p or len(rows) != len(y) or {len(row) for row in rows} != {p} or len(names) != p:
        raise DataUnfit(message("A weighing design needs one row for each observation, one column for each artefact."))
    rows = [[*row, *more] for row, more in zip(rows, _nuisance(times, offset, len(y)), strict=True)]
    full = [*held, *[Fraction(0)] * (len(rows[0]) - p)]
    columns = list(zip(*rows, strict=True))
    normal = [[*(_dot(a, b) for b in columns), h] for a, h in zip(columns, full, strict=True)]
    inverse = _inverted([*normal, [*full, Fraction(0)]])
    right = [*(_dot(column, y) for column in columns), *_rational([value])]
    solved = [_dot(row, right) for row in inverse]
    rest = [one - _dot(row, solved[: len(row)]) for one, row in zip(y, rows, strict=True)]
    dof = len(y) - len(full) + 1
    try:
        scatter = _scatter(rest, dof, s)
        own = [[scatter**2 * float(inverse[i][j]) for j in range(p)] for i in range(p)]
        level = [float(inverse[i][-1]) * not_negative(u_value) for i in range(p)]
        values, residuals = [float(one) for one in solved], [float(one) for one in rest]
    except OverflowError as error:
        raise DataUnfit(message("The numbers of the fit are too far apart in size.")) from error
    total = [[own[i][j] + level[i] * level[j] for j in range(p)] for i in range(p)]
    stated(*(one for row in total for one in row))
    return Weighing(
        method=METHOD,
        artefacts=names,
        values=tuple(values[:p]),
        u=tuple(sqrt(max(0.0, total[i][i])) for i in range(p)),
        covariance=tuple(map(tuple, total)),
        repeatability=tuple(map(tuple, own)),
        s=scatter,
        dof=dof,
        drift=None if times is None else values[p],
        residuals=tuple(residuals),
    )


def circular(
    order: Sequence[str],
    times: Exact,
    readings: Exact,
    standard: str,
    value: float,
    u_value: float = 0.0,
    s: float | None = None,
) -> Weighing:
    """Readings of artefacts taken one after the other, such as A-B-C-A or A-B-B-A, against one `standard` among them.

    The balance's zero and its linear drift are fitted, so the first artefact must come back at the end, or others
    repeat: otherwise the drift is not known. Raises `DataUnfit` then, and as `weigh`. Artefacts are in the order of
    their first appearance. A-B-B-A gives the difference of `cycle` in scheme S-X-X-S at equal spacing.
    """
    names = list(dict.fromkeys(order))
    if standard not in names:
        raise DataUnfit(message("The standard {name} is not among the readings.", name=standard))
    return weigh(
        [[int(name == one) for name in names] for one in order],
        readings,
        [int(name == standard) for name in names],
        value,
        u_value,
        artefacts=names,
        times=times,
        offset=True,
        s=s,
    )


def _nuisance(times: Exact | None, offset: bool, n: int) -> list[list[Fraction]]:
    """What else each observation holds: time about its mean, and a common zero."""
    moments = [] if times is None else _rational(times)
    if times is not None and len(moments) != n:
        raise DataUnfit(message("There are {times} times for {values} values.", times=len(moments), values=n))
    middle = sum(moments, Fraction(0)) / n if n else Fraction(0)
    return [[*([moments[i] - middle] if moments else []), *([Fraction(1)] if offset else [])] for i in range(n)]


def _scatter(rest: Sequence[Fraction], dof: int, s: float | None) -> float:
    if s is not None:
        return positive(s)
    if dof < 1:
        raise DataUnfit(
            message("{n} observations leave nothing to judge their scatter by.", n=len(rest)),
            message("Repeat the comparisons, or give the standard deviation of one of them."),
        )
    return root(_dot(rest, rest) / dof)
