"""The transport logger's file: read completely or refused, judged against the plan's limits."""

import pytest
from conftest import CASES, case
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.evaluation import transport
from labclient.home import shipped
from labclient.notebook import attachment

from .conftest import Record
from .records import WHO, small_plan

HEAD = "timestamp_utc,T_degC,RH_percent,shock_peak_g\n"
ROWS = HEAD + "2026-02-28T01:00:00Z,20.0,56,0.3\n2026-02-28T01:30:00Z,20.4,56,0.4\n"


def keep(record: Record, data: bytes) -> int:
    draft = attachment("logger.csv", data, media_type="text/csv", what="transport-log", author=WHO)
    return record.notebook.append(draft)[0].seq


def judge(record: Record, data: bytes, plan=None):
    return transport(record.reader, plan or small_plan(), keep(record, data))


@pytest.mark.parametrize(("name", "verdict"), [("transport-ok.csv", "pass"), ("transport-shock.csv", "fail")])
def test_the_example_files(record, name, verdict) -> None:
    made = judge(record, shipped("resources", "examples", name).read_bytes())
    assert made.verdict == verdict
    assert made.figure("acceleration: excursions").value == ("0" if verdict == "pass" else "1")


def test_the_reference_case(record) -> None:
    expected, limits = case("transport_logger")["expected"], case("transport_logger")["limits"]
    asked = [
        {"quantity": "temperature", "unit": "°C", "low": str(limits["T_min"]), "high": str(limits["T_max"])},
        {"quantity": "relative humidity", "unit": "%RH", "high": str(limits["RH_max"])},
        {"quantity": "acceleration", "unit": "gn", "high": str(limits["shock_max_g"])},
    ]
    plan = small_plan(arrival={"photos": 1, "transport_limits": asked, "functional_readings": 2})
    made = judge(record, (CASES / "transport_logger.csv").read_bytes(), plan)
    assert made.verdict == "fail"
    assert float(made.figure("temperature: lowest").value) == expected["T_min"]
    assert float(made.figure("temperature: highest").value) == expected["T_max"]
    assert float(made.figure("relative humidity: highest").value) == expected["RH_max"]
    assert float(made.figure("acceleration: highest").value) == expected["shock_max_g"]
    assert int(made.figure("acceleration: excursions").value) == expected["shock_events_over_limit"]
    outside = float(made.figure("temperature: time outside").value)
    assert outside == pytest.approx(expected["time_below_T_min_s_linear_interpolation"], abs=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        "T_degC,RH_percent,shock_peak_g\n20,56,0.3\n",
        HEAD + "2026-02-28T01:00:00Z,20,0,56,0.3\n",  # a decimal comma shifts the columns
        HEAD + "2026-02-28T01:00:00Z,20.0,56\n",
        HEAD + "2026-02-28T01:00:00Z,,56,0.3\n",
        HEAD + "2026-02-28T01:00:00Z,20.0 °C,56,0.3\n",
        HEAD + "2026-02-28T01:00:00Z,NaN,56,0.3\n",
        HEAD + "2026-02-28T01:00:00,20.0,56,0.3\n",  # no zone
        HEAD + "28.02.2026 01:00,20.0,56,0.3\n",
        HEAD + '2026-02-28T01:00:00Z,20.0,56,"0.3\n',
        HEAD.replace("RH_percent", "T_degC") + "2026-02-28T01:00:00Z,20.0,56,0.3\n",
        "timestamp_utc,T_degC,RH_percent\n2026-02-28T01:00:00Z,20.0,56\n",  # the plan limits the shock too
        ROWS + "2026-02-28T01:15:00Z,20.4,56,0.4\n",  # time goes back
        ROWS.replace(",", ";"),
    ],
)
def test_a_file_that_cannot_be_read_completely_is_refused_with_a_sentence(record, text) -> None:
    with pytest.raises(DataUnfit) as refused:
        judge(record, text.encode())
    assert refused.value.tell("en")


def test_bytes_that_are_no_text_are_refused(record) -> None:
    with pytest.raises(DataUnfit, match="cannot be read"):
        judge(record, ROWS.encode("utf-16"))


def test_a_byte_order_mark_and_other_columns_do_no_harm(record) -> None:
    lines = [f"{line},{'note' if i == 0 else 'opened by customs, once'!r}" for i, line in enumerate(ROWS.splitlines())]
    text = "\n".join(line.replace("'", '"') for line in lines)
    assert judge(record, b"\xef\xbb\xbf" + text.encode()).verdict == "pass"


@settings(max_examples=60)
@given(data=st.one_of(st.binary(max_size=80), st.text(max_size=80).map(lambda t: (HEAD + t).encode(errors="replace"))))
def test_garbage_is_refused_and_never_judged(data, tmp_path_factory) -> None:
    record = Record(tmp_path_factory.mktemp("garbage") / "a.labnote")
    try:
        with pytest.raises(DataUnfit):
            judge(record, data)
    finally:
        record.close()
