"""`labclient compute`: a built-in model at typed inputs, with its uncertainty; nothing of it is recorded."""

from argparse import ArgumentTypeError, Namespace

from labclient.cli._common import add_json
from labclient.cli._out import as_json, line
from labclient.cli._verbs import Verbs
from labclient.errors import NumberInvalid, WrongUse
from labclient.evaluation import computed_as_json, computed_told, model_told
from labclient.metrology import BUILT_IN, BuiltIn, Entered, MonteCarloRule, compute
from labclient.units import number
from labclient.words import message, say

_MOST = 2_000_000
_STABLE = 0.2  # of the tolerance: so stable must be what validates a budget (JCGM 101:2008, 8.2)


def add(verbs: Verbs) -> None:
    told = message("compute a built-in model such as air-density, with its uncertainty; nothing is recorded")
    parser = verbs.add("compute", told, _run)
    parser.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help=say(message("the model; without it, all are listed, and without inputs, what it needs")),
    )
    parser.add_argument(
        "inputs",
        nargs="*",
        type=_pair,
        metavar="NAME=VALUE",
        help=say(message('an input with its unit: "t=20.1 °C"; before the options')),
    )
    parser.add_argument(
        "--u",
        action="append",
        type=_pair,
        default=[],
        metavar="NAME=U",
        help=say(message('standard uncertainty of an input: "t=0.05 K"; once for each')),
    )
    parser.add_argument(
        "--half-width",
        action="append",
        type=_pair,
        default=[],
        metavar="NAME=A",
        help=say(message('half-width of a rectangular distribution instead: "h=0.02"')),
    )
    parser.add_argument("--unit", default="", help=say(message("unit of the result, else that of the model")))
    parser.add_argument("--k", type=_number, default=2.0, help=say(message("coverage factor, 2 unless told")))
    parser.add_argument(
        "--monte-carlo",
        action="store_true",
        help=say(message("draw the distributions as well, and compare with the budget")),
    )
    parser.add_argument("--seed", type=_seed, default=1, help=say(message("seed of the drawing, 1 unless told")))
    add_json(parser)  # fmt: skip


def _run(asked: Namespace) -> int:
    if asked.model is None or not (asked.inputs or asked.u or asked.half_width):
        _list([_model(asked.model)] if asked.model else list(BUILT_IN.values()), asked)
        return 0
    rule = MonteCarloRule(seed=asked.seed, digits=1, share=_STABLE, most=_MOST, interval="symmetric")
    found = compute(_model(asked.model), _entered(asked), unit=asked.unit, k=asked.k,
                    rule=rule if asked.monte_carlo else None)  # fmt: skip
    if asked.monte_carlo and found.drawn is None:
        raise WrongUse(
            message("Without any uncertainty there is nothing to draw."), message("Give --u or --half-width.")
        )
    if asked.json:
        as_json(computed_as_json(found))
    else:
        for sentence in computed_told(found):
            line(sentence)
    return 0


def _list(models: list[BuiltIn], asked: Namespace) -> None:
    if asked.json:
        as_json([_as_json(one) for one in models])
        return
    for one in models:
        if asked.model is None:
            line(message("{id}: {title}", id=one.id, title=one.title))
        else:
            for sentence in model_told(one):
                line(sentence)


def _model(name: str) -> BuiltIn:
    found = {one.function: one for one in BUILT_IN.values()}.get(name.replace("-", "_"))
    if found is None:
        raise WrongUse(
            message("There is no model “{name}”.", name=name),
            message("The models are {names}.", names=", ".join(BUILT_IN)),
        )
    return found


def _entered(asked: Namespace) -> list[Entered]:
    spreads: dict[str, tuple[str, str]] = {}
    for form, pairs in (("u", asked.u), ("half-width", asked.half_width)):
        for name, width in pairs:
            if name in spreads:
                raise WrongUse(message("Two uncertainties of {name} are given.", name=name))
            spreads[name] = (width, form)
    without = [name for name in spreads if name not in dict(asked.inputs)]
    if without:
        raise WrongUse(
            message("There is an uncertainty of {name}, but no value.", name=without[0]),
            message("Inputs stand before the options: labclient compute MODEL NAME=VALUE … --u NAME=U …"),
        )
    return [
        Entered(name=name, value=value, spread=spreads.get(name, ("", "u"))[0],
                form="half-width" if spreads.get(name, ("", "u"))[1] == "half-width" else "u")
        for name, value in asked.inputs
    ]  # fmt: skip


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise ArgumentTypeError(say(message("“{text}” is not NAME=VALUE", text=text)))
    return name.strip(), value.strip()


def _number(text: str) -> float:
    try:
        return float(number(text))
    except NumberInvalid as error:
        raise ArgumentTypeError(say(error.sentence)) from error


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ArgumentTypeError(say(message("“{text}” is not a whole number", text=text)))
    return int(text)


def _as_json(one: BuiltIn) -> dict[str, object]:
    return {
        "id": one.id, "title": say(one.title), "function": one.call, "unit": one.unit, "source": one.source,
        "inputs": [
            {"name": each.name, "unit": each.unit, "meaning": say(each.meaning), "usual": each.usual or None,
             "low": repr(each.low) if abs(each.low) < 1e300 else None,
             "high": repr(each.high) if abs(each.high) < 1e300 else None}
            for each in one.inputs
        ],
    }  # fmt: skip
