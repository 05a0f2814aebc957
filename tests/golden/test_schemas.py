"""Golden records and what the encoder writes are what events/schemas and events/asyncapi.yaml say."""

import json
import os
import subprocess
from copy import deepcopy
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
SCHEMAS = {path.name: json.loads(path.read_text()) for path in sorted((EVENTS / "schemas").glob("*.json"))}
ASYNCAPI = yaml.safe_load((EVENTS / "asyncapi.yaml").read_text())
GOLDEN = {path.name: json.loads(path.read_text()) for path in sorted((ROOT / "tests/golden/records").glob("*.json"))}
STORED, PUBLIC = "chat.events", "chat.events.public"


def pointed(document, reference):
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


def inlined(node, document=ASYNCAPI):
    """The node with every reference replaced by what it points to; there are no circles."""
    if isinstance(node, list):
        return [inlined(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    rest = {key: inlined(value, document) for key, value in node.items() if key not in ("$ref", "$defs", "$id")}
    reference = node.get("$ref")
    if reference is None:
        return rest
    if reference.startswith("./schemas/"):
        schema = SCHEMAS[reference.removeprefix("./schemas/")]
        return inlined(schema, schema) | rest
    return inlined(pointed(document, reference), document) | rest


def validators():
    """(topic, ce_type) -> validators of key, headers and data."""
    found = {}
    for channel in inlined(ASYNCAPI["channels"]).values():
        for message in channel["messages"].values():
            key = message["traits"][0]["bindings"]["kafka"]["key"]
            schemas = key, message["headers"], message["payload"]["schema"]
            found[channel["address"], message["name"]] = [jsonschema.Draft202012Validator(schema) for schema in schemas]
    return found


VALIDATORS = validators()


def data_of(record):
    # Decimals, so that no number is judged after it has been rounded.
    return json.loads(record["value"], parse_float=Decimal)


def faults(topic, record, data=None):
    key, headers, payload = VALIDATORS[topic, record["headers"]["ce_type"]]
    data = data_of(record) if data is None else data
    return [error.message for part, value in ((key, record["key"]), (headers, record["headers"]), (payload, data))
            for error in part.iter_errors(value)]


def agrees_with_itself(record):
    data, headers = data_of(record), record["headers"]
    assert headers["ce_subject"] == data["session_id"]
    assert data.get("user_id", record["key"]) == record["key"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_one_and_named_for_its_type(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"/schemas/{name}"
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_both_topics_carry_every_type_that_has_a_schema():
    types = {name.removesuffix(".json") for name in SCHEMAS}
    assert set(VALIDATORS) == {(topic, type_) for topic in (STORED, PUBLIC) for type_ in types}


def test_every_type_has_a_golden_record():
    assert {record["headers"]["ce_type"] for record in GOLDEN.values()} == {
        name.removesuffix(".json") for name in SCHEMAS}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_record_is_valid_in_both_topics(name):
    assert faults(STORED, GOLDEN[name]) == []
    assert faults(PUBLIC, GOLDEN[name]) == []
    agrees_with_itself(GOLDEN[name])


@pytest.mark.parametrize("name", GOLDEN)
def test_only_known_headers_and_fields_are_written(name):
    record = GOLDEN[name]
    assert set(record["headers"]) <= set(ASYNCAPI["components"]["schemas"]["headers"]["properties"])
    assert set(data_of(record)) <= set(SCHEMAS[record["headers"]["ce_type"] + ".json"]["properties"])


@pytest.mark.parametrize("name", GOLDEN)
def test_every_field_is_held_to_its_schema(name):
    record = GOLDEN[name]
    for field in data_of(record):
        assert faults(STORED, record, data_of(record) | {field: 7}), field


@pytest.mark.parametrize("name", GOLDEN)
def test_every_header_that_is_always_written_is_required(name):
    for header in (*ASYNCAPI["components"]["schemas"]["headers"]["required"], "ce_previous"):
        record = deepcopy(GOLDEN[name])
        if header in ("ce_type",) or header not in record["headers"]:
            continue
        del record["headers"][header]
        assert faults(STORED, record), header


def test_the_first_event_has_no_previous():
    record = deepcopy(GOLDEN["chat.session.renamed.v1.json"])
    record["headers"]["ce_sequence"] = "1"
    assert faults(STORED, record)


@pytest.mark.parametrize("name, field", [("chat.session.created.v1.json", "title"),
                                         ("chat.session.renamed.v1.json", "title"),
                                         ("chat.session.renamed.v2.json", "title"),
                                         ("chat.session.renamed.v2.json", "previous_title"),
                                         ("chat.message.added.v1.json", "content")])
def test_only_the_public_topic_may_leave_texts_out(name, field):
    data = data_of(GOLDEN[name])
    del data[field]
    assert faults(STORED, GOLDEN[name], data)
    assert faults(PUBLIC, GOLDEN[name], data) == []


@pytest.mark.skipif("CHAT_BIN" not in os.environ, reason="CHAT_BIN does not name a build's bin folder")
def test_what_the_encoder_writes_is_valid():
    program = Path(os.environ["CHAT_BIN"]) / "tests/golden/emit_records"
    lines = subprocess.run([program, "300"], check=True, capture_output=True).stdout.decode().split("\n")[:-1]
    records = [json.loads(line) for line in lines]
    assert {(record["topic"], record["headers"]["ce_type"]) for record in records} == set(VALIDATORS)
    for record in records:
        assert faults(record["topic"], record) == [], record
        agrees_with_itself(record)
