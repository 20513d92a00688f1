"""What the cycles of a point say besides their mean: outliers, serial correlation, normality. Information, never a
gate: it proposes and removes nothing."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct

from labclient.errors import DataUnfit
from labclient.evaluation._cycles import Measured
from labclient.evaluation._data import Figure, Outlying, digits
from labclient.metrology import OutlierTest, Standing, cochran, dixon, gesd, grubbs, grubbs_pair, normality, summary
from labclient.plan import Examination
from labclient.words import message

Groups = Sequence[Sequence[Measured]]
Without = Callable[[Sequence[Measured]], tuple[str, str]]
"""Value and U of the result from these cycles alone; empty texts where too little is left."""


class _Found(Struct, frozen=True, kw_only=True):
    """A test's answer; the cycles that lie furthest out, and whether they do so beyond chance."""

    standing: Standing
    statistic: float
    critical_5: float
    critical_1: float
    suspects: tuple[Measured, ...]


def outlying(rule: Examination, groups: Groups, without: Without) -> Iterator[Outlying]:
    """Each test that the plan names, of the counting cycles in their independent groups (sources: see the tests)."""
    cycles = [one for group in groups for one in group]
    for name in rule.outliers:
        method = f"{name}/1"
        try:
            found = _tested(name, rule, groups, cycles)
        except DataUnfit:
            yield Outlying(method, "impossible")
            continue
        left = [one for one in cycles if one not in found.suspects]
        value, U = without(left) if found.suspects else ("", "")
        yield Outlying(
            test=method,
            standing=found.standing.value,
            statistic=digits(found.statistic),
            critical_5=digits(found.critical_5),
            critical_1=digits(found.critical_1),
            cycles=tuple(one.seq for one in found.suspects),
            value_without=value,
            U_without=U,
        )


def information(rule: Examination, cycles: Sequence[Measured]) -> Iterator[Figure]:
    """Lag-1 autocorrelation with the effective number of cycles, and the Shapiro–Wilk test. A figure that these cycles
    do not give is left out."""
    values = [one.value for one in sorted(cycles, key=lambda one: one.time_s)]
    if rule.serial and len(values) > 1:
        found = summary(values)
        if found.lag1 is not None:
            yield Figure("lag-1 autocorrelation of the cycles", digits(found.lag1))
            yield Figure("effective number of cycles", digits(found.n_effective))
    if rule.normality:
        try:
            judged = normality(values)
        except DataUnfit:
            return
        yield Figure("normality: method", judged.method)
        yield Figure("normality: W", digits(judged.w))
        yield Figure("normality: p", digits(judged.p))


def _tested(name: str, rule: Examination, groups: Groups, cycles: Sequence[Measured]) -> _Found:
    values = [one.value for one in cycles]
    match name:
        case "grubbs":
            return _of(grubbs(values), cycles)
        case "grubbs-pair":
            return _of(grubbs_pair(values), cycles)
        case "dixon":
            return _of(dixon(values), cycles)
        case "gesd":
            return _gesd(values, rule.most, cycles)
        case _:
            return _cochran(groups)


def _of(test: OutlierTest, cycles: Sequence[Measured]) -> _Found:
    return _Found(
        standing=test.standing,
        statistic=test.statistic,
        critical_5=test.critical_5,
        critical_1=test.critical_1,
        suspects=tuple(cycles[place] for place in test.suspects),
    )


def _gesd(values: Sequence[float], most: int, cycles: Sequence[Measured]) -> _Found:
    """The deciding step: the last one that exceeds its critical value, or else the first."""
    found = gesd(values, most)
    standing = Standing.OUTLIER if found.outliers else Standing.STRAGGLER if found.suspects else Standing.INSIDE
    deciding = found.steps[max(len(found.outliers or found.suspects), 1) - 1]
    return _Found(
        standing=standing,
        statistic=deciding.statistic,
        critical_5=deciding.critical_5,
        critical_1=deciding.critical_1,
        suspects=tuple(cycles[place] for place in found.suspects or (deciding.place,)),
    )


def _cochran(groups: Groups) -> _Found:
    """Of the groups with as many cycles as most of them have; a group of one says nothing of scatter."""
    size, _ = Counter(len(group) for group in groups).most_common(1)[0]
    if size < 2:
        raise DataUnfit(message("Groups of a single cycle say nothing of their scatter."))
    spread = [float(np.std([one.value - group[0].value for one in group], ddof=1)) if len(group) > 1 else 0.0
              for group in groups]  # fmt: skip
    found = cochran(spread, size)
    return _Found(
        standing=found.standing,
        statistic=found.statistic,
        critical_5=found.critical_5,
        critical_1=found.critical_1,
        suspects=tuple(groups[found.suspect]),
    )
