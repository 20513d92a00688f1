"""The shipped schemas are those of the code. `python3 dev.py schemas` writes them anew."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from labclient.home import shipped
from labclient.notebook import ConsistencyProof, InclusionProof
from labclient.package import Commitment, Opening, PackageInfo, Released, ResultFile
from labclient.plan import Plan, TrustList
from labclient.submission import Receipt

SCHEMAS: dict[str, type] = {
    "commitment-1": Commitment,
    "consistency-1": ConsistencyProof,
    "inclusion-1": InclusionProof,
    "opening-1": Opening,
    "package-1": PackageInfo,
    "plan-1": Plan,
    "receipt-1": Receipt,
    "released-1": Released,
    "result-1": ResultFile,
    "trust-1": TrustList,
}


def schema_of(kind: type) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(msgspec.json.schema(kind)))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def schema_file(name: str) -> Path:
    return shipped("resources", "schemas", f"{name}.schema.json")


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_shipped_schema_is_that_of_the_code(name: str) -> None:
    assert json.loads(schema_file(name).read_bytes()) == schema_of(SCHEMAS[name])


def test_every_shipped_schema_is_one_of_these() -> None:
    assert {path.name for path in shipped("resources", "schemas").iterdir()} == {schema_file(n).name for n in SCHEMAS}


def test_an_independent_validator_agrees_about_the_example_plan() -> None:
    validator = jsonschema_rs.Draft202012Validator(json.loads(schema_file("plan-1").read_bytes()))
    plan = json.loads(shipped("resources", "examples", "plan.json").read_bytes())
    assert validator.is_valid(plan)
    assert not validator.is_valid(plan | {"surprise": 1})


if __name__ == "__main__":
    for name, kind in SCHEMAS.items():
        text = json.dumps(schema_of(kind), indent=1, ensure_ascii=False)
        schema_file(name).write_text(text + "\n", encoding="utf-8")
