"""What `labclient status --station stability` says: the numbers of the window's stability page."""

from typing import Any

from labclient.cli._out import amount, as_json, line, text
from labclient.evaluation import Averaging, averaging_of, averaging_told, duration, forms_told, verdict_told
from labclient.metrology import Allan
from labclient.notebook import Reader
from labclient.participation import State
from labclient.words import message, say


def tell_stability(reader: Reader, state: State, *, in_json: bool) -> int:
    """The last run of the station, practice included; `DataUnfit` where its readings say nothing."""
    runs = [run for run in state.runs.values() if run.task == "stability"]
    if not runs:
        if in_json:
            as_json({"station": "stability", "run": None})
        else:
            line(message("No run of the stability station is recorded yet."))
        return 0
    seen = averaging_of(reader, state.plan, runs[-1].seq)
    if in_json:
        as_json({"station": "stability", "run": runs[-1].seq, "purpose": runs[-1].purpose} | _as_json(seen))
        return 0
    line(verdict_told(seen))
    check = state.checks.get("stability")
    forms = forms_told(check) if check is not None and runs[-1].seq in check.basis else ()
    for sentence in (*averaging_told(seen), *forms):
        line(message("    {sentence}", sentence=sentence))
    if seen.allan:
        line(message("Overlapping Allan deviation by averaging time, with the interval of 68 %:"))
        for tau, deviation, low, high in _rows(seen.allan):
            text(f"    {duration(tau):>8}  {amount(str(deviation), seen.unit)}"
                 f"  ({amount(str(low), seen.unit)} … {amount(str(high), seen.unit)})")  # fmt: skip
    return 0


def _rows(table: Allan) -> list[tuple[float, float, float, float]]:
    return list(zip(table.taus, table.deviations, table.low, table.high, strict=True))


def _as_json(seen: Averaging) -> dict[str, Any]:
    made, table = seen.stability, seen.allan
    judged = {
        "change": repr(made.judgement.difference),
        "u_change": repr(made.judgement.u),
        "k": repr(made.judgement.k),
        "limit": repr(made.judgement.limit),
        "smallest_detectable": repr(made.smallest_detectable),
    } if made else {}  # fmt: skip
    found = {
        "allan": [
            {"tau_s": repr(tau), "deviation": repr(deviation), "low": repr(low), "high": repr(high),
             "differences": count, "edf": repr(edf), "noise": noise}
            for (tau, deviation, low, high), count, edf, noise in zip(
                _rows(table), table.counts, table.edf, table.noise, strict=True)
        ],
        "probability": repr(table.probability),
        "best_tau_s": repr(table.best_tau),
        "floor": repr(table.floor),
    } if table else {"allan": []}  # fmt: skip
    return {
        "verdict": seen.verdict.value,
        "readings": seen.n,
        "needed": seen.needed,
        "unit": seen.unit,
        "duration_s": repr(seen.span_s),
        "tau0_s": repr(seen.tau0),
        "means_of": seen.together,
        "gaps": seen.gaps,
        "decides_after": seen.decides_after,
        **judged,
        **found,
        "sentences": [say(verdict_told(seen)), *(say(one) for one in averaging_told(seen))],
    }
