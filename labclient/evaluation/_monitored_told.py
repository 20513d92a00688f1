"""What the pilot's monitoring and comparison say, in sentences; window and command line say the same."""

from collections.abc import Iterator, Mapping
from typing import Final

from labclient.evaluation._degrees import METHODS_OF_REFERENCE, Degrees
from labclient.evaluation._monitoring import At, Monitored
from labclient.evaluation._own_drift_told import FORM_NAMES, short, shown_unit, signed
from labclient.evaluation._scores import SCORE_SYMBOLS
from labclient.metrology import Agreement, Judgement, Transport, Verdict, Why
from labclient.words import Message, message

AGREEMENT_NAMES: Final[Mapping[Agreement, Message]] = {
    Agreement.SATISFACTORY: message("satisfactory"),
    Agreement.QUESTIONABLE: message("questionable"),
    Agreement.UNSATISFACTORY: message("unsatisfactory"),
    Agreement.INCONCLUSIVE: message("inconclusive"),
}
_WHY: Final[Mapping[Why, Message]] = {
    Why.NO_SLOPE: message("the slope is not significant"),
    Why.SLOPE: message("the slope is significant"),
    Why.CURVATURE: message("the curvature is significant"),
    Why.MISFIT: message("the visits scatter about a smooth drift beyond their uncertainties"),
}


def monitored_told(seen: Monitored) -> tuple[Message, ...]:
    """All that follows the list of visits, a sentence each."""
    return tuple(_sentences(seen))


def at_told(there: At) -> Message:
    """Whether a laboratory can be judged."""
    if there.conclusive is None:
        return message("u_lab is not known")
    return message("can be judged") if there.conclusive else message("cannot be judged")


def reference_told(found: Degrees) -> tuple[Message, ...]:
    """The reference value and whether it holds."""
    return tuple(_of_reference(found))


def _sentences(seen: Monitored) -> Iterator[Message]:
    if seen.drift is None:
        yield message("One visit says nothing of the drift: at least two are needed.")
        return
    form = FORM_NAMES[seen.drift.form]
    if seen.why is None:
        yield message("Form: {form}, as the plan or a person asks.", form=form)
    else:
        yield message("Form by the rule: {form}, because {reason}.", form=form, reason=_WHY[seen.why])
    if seen.drift.birge > 1:
        yield message(
            "The visits scatter {ratio} times as much as their uncertainties say; these were enlarged by that.",
            ratio=short(seen.drift.birge),
        )
    if seen.slope is not None and seen.u_slope is not None:
        unit, size = shown_unit(max(abs(seen.slope), seen.u_slope), seen.unit)
        yield message("Slope of the line: {slope} ± {u} {unit} a day (k = 1).", slope=signed(seen.slope, size),
                      u=short(seen.u_slope, size), unit=unit)  # fmt: skip
    if seen.t is not None and seen.t_critical is not None:
        yield message("As information: |t| = {t}, limit {limit} at 95 %.", t=short(abs(seen.t)),
                      limit=short(seen.t_critical))  # fmt: skip
    if seen.stability is None:
        yield message("Stability is not judged: the plan has no limit, or there are too few visits.")
    else:
        yield _judged(_STABLE[seen.stability.verdict], seen.stability, seen.unit)
    yield from _of_transport(seen.transport, seen.unit)
    unit, size = shown_unit(seen.u_common, seen.unit)
    yield message("Common to all visits: u = {u} {unit}. It shifts the whole line and is not in the band.",
                  u=short(seen.u_common, size), unit=unit)  # fmt: skip


_STABLE: Final = {
    Verdict.PASS: message("Stable over the circulation"),
    Verdict.FAIL: message("Not stable over the circulation"),
    Verdict.UNDECIDED: message("Stability over the circulation cannot be judged yet"),
}
_MOVED: Final = {
    Verdict.PASS: message("Transport does not change it"),
    Verdict.FAIL: message("Transport changes it"),
    Verdict.UNDECIDED: message("Transport cannot be judged yet"),
}


def _judged(word: Message, one: Judgement, unit: str) -> Message:
    shown, size = shown_unit(one.limit, unit)
    return message("{verdict}: |change| {d} ± {u} {unit} (k = {k}), limit {limit} {unit}.", verdict=word,
                   d=short(abs(one.difference), size), u=short(one.k * one.u, size), unit=shown, k=short(one.k),
                   limit=short(one.limit, size))  # fmt: skip


def _of_transport(moved: Transport | None, unit: str) -> Iterator[Message]:
    if moved is None:
        yield message("Transport is not judged: the plan has no limit, or no two visits measured a check standard.")
        return
    yield _judged(_MOVED[moved.verdict], moved.judgement, unit)
    for leg in moved.legs:
        shown, size = shown_unit(leg.judgement.limit, unit)
        yield message("Leg {leg}: change {d} ± {u} {unit} (k = {k}), E_tr = {e}.", leg=leg.id,
                      d=signed(leg.judgement.difference, size), u=short(leg.judgement.k * leg.judgement.u, size),
                      unit=shown, k=short(leg.judgement.k), e="–" if leg.e is None else signed(leg.e, 1.0))  # fmt: skip
    if moved.missing:
        yield message("Legs that the plan still asks for: {n}.", n=moved.missing)


def _of_reference(found: Degrees) -> Iterator[Message]:
    one = found.reference
    yield message("Reference value: {method}.", method=METHODS_OF_REFERENCE[one.method])
    if one.chi2 is not None and one.p is not None:
        yield message("χ² = {chi2}, ν = {dof}, P = {p}; members: {members}.", chi2=short(one.chi2), dof=one.dof,
                      p=short(one.p), members=", ".join(one.members))  # fmt: skip
    if one.tau is not None:
        unit, size = shown_unit(one.tau, found.unit)
        yield message("Standard deviation between laboratories beyond their own u: {tau} {unit}.",
                      tau=short(one.tau, size), unit=unit)  # fmt: skip
    if not one.holds:
        yield message("The results are not consistent: this mean must not serve as reference value. Choose the median "
                      "or the largest consistent subset.")  # fmt: skip
    elif one.members:
        yield message("En = d / √(U² − U_ref² + U_TS²) for members of the mean, d / √(U² + U_ref² + U_TS²) for others.")
    else:
        yield message("En = d / √(U² + U_ref² + U_TS²): no laboratory is a member of a weighted mean.")
    for score in sorted({row.by for row in found.rows} - {"En"}):
        yield message("The score {score} decides.", score=SCORE_SYMBOLS[score])
