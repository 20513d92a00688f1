"""Readings that an instrument sends by itself, at the command line: looked at, and recorded for a plan."""

import re
from dataclasses import replace

import numpy as np

from labclient.home import shipped
from labclient.notebook import Reader, run_values

from .conftest import Bench, Pc, simulated

THERMOMETER = "fluke-1502a"
SENT = """
[[reading]]
name = "voltage-stream"
mode = "stream"
start = [{ send = "INIT:CONT ON" }]
stop = [{ send = "INIT:CONT OFF" }]
"""


def test_a_stream_is_looked_at_by_its_name(pc: Pc) -> None:
    with simulated(pc.home, THERMOMETER) as there:
        there.hands.wire(25.0)
        asked = ("instruments", "read", THERMOMETER, there.address, "--set", "period=60")
        read = pc.done(*asked, "--reading", "temperature-stream", "--count", 4, "--json").json
        assert len(read["replies"]) == 4
        assert all(abs(float(one["texts"][0]) - 25.0) < 0.1 for one in read["replies"])
        assert there.hands.status()["requests"] < 12, "nothing was asked for each of them"
        refused = pc.ask(*asked, "--reading", "humidity")
        assert refused.code == 2
        assert "Known: temperature, temperature-stream" in refused.err


def test_a_run_is_recorded_from_a_stream(bench: Bench) -> None:
    text = shipped("drivers", "keysight-344xx.toml").read_text("utf-8")
    reading = re.search(r"\[\[reading\]\]\n(.*?)\n\[simulate\]\n", text, re.DOTALL)
    assert reading
    sent = re.sub(r'^(name|mode|send) = "(voltage|poll|READ\?)"\n', "", reading[1], count=3, flags=re.MULTILINE)
    text = text.replace('id = "keysight-344xx"', 'id = "dmm"').replace("[simulate]\n", f"{SENT}{sent}\n[simulate]\n", 1)
    text = text.replace('stop = ["ABOR"]', 'stop = ["ABOR", "INIT:CONT OFF"]')
    text += "".join(f'\n[[example]]\nreading = "voltage-stream"\nreply = "+1.0000{n}000E+01"\n' for n in (1, 2))
    bench.pc.home.drivers.mkdir(parents=True, exist_ok=True)
    (bench.pc.home.drivers / "dmm.toml").write_text(text, "utf-8")
    with simulated(bench.pc.home, "dmm") as dmm:
        bench.pc.done("instruments", "add", "dmm", "dmm", dmm.address)
        mine = replace(bench, meter=dmm)
        asked = ("--task", "measurement", "--purpose", "trial", "--meter", "dmm")
        code, told = mine.record(*asked, "--reading", "current").end()
        assert (code, "Known: voltage, voltage-stream" in told) == (2, True), told
        code, told = mine.record(*asked, "--reading", "voltage-stream").end()
        assert code == 0, told
        assert "INIT:CONT ON" not in dmm.hands.status()["unknown"]
    with Reader.open(bench.notebook) as reader:
        runs = [one.seq for one in reader.entries({"run-start"}) if one.body["instrument"]["driver"]["id"] == "dmm"]
        assert runs
        assert all(np.isfinite(run_values(reader, run).values).all() for run in runs)
        for series in reader.entries({"series"}):
            if series.body["run"] in runs:
                blocks = [one.body["rows"] for one in reader.entries({"block"}) if one.body["series"] == series.seq]
                assert sum(blocks) == 2
        assert not [entry for entry in reader.entries({"gap"}) if entry.body["run"] in runs]
