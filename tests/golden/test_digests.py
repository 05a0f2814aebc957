"""What was published is never edited: digests of every schema and golden record there ever was. A new version adds lines,
nothing changes or removes one."""
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTED = dict(reversed(line.split("  ")) for line in (ROOT / "tests/golden/digests.txt").read_text().splitlines())
FILES = sorted([*(ROOT / "events/schemas").glob("*.json"), *(ROOT / "tests/golden/records").glob("*.json")])


def meaning(schema):
    """Without what only explains."""
    if isinstance(schema, list):
        return [meaning(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # Among the values of `properties` and `$defs`, title and description are names of fields.
    return {key: {name: meaning(value) for name, value in part.items()} if key in ("properties", "$defs") else meaning(part)
            for key, part in schema.items() if key not in ("title", "description")}


def digest(file, text=None):
    text = file.read_text() if text is None else text
    if file.parent.name == "schemas":
        text = json.dumps(meaning(json.loads(text)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def test_stored_versions_are_as_they_were_published():
    found = {str(file.relative_to(ROOT)): digest(file) for file in FILES}
    for file, was in LISTED.items():
        assert file in found, f"{file} is of a version that may be stored somewhere: put it back"
        assert found[file] == was, f"{file} was edited, but may be stored somewhere: put it back and add a version instead"
    new = "\n".join(f"{found[file]}  {file}" for file in sorted(found.keys() - LISTED.keys()))
    assert not new, f"new versions go to tests/golden/digests.txt:\n{new}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_edit_is_found(file):
    text = file.read_text()
    number = re.compile(r"\d")
    changed = number.sub(lambda found: str((int(found[0]) + 1) % 10), text, count=1)
    if file.parent.name == "schemas":
        changed = text.replace('"required": [', '"required": ["another", ', 1)
    assert changed != text and digest(file, changed) != digest(file)


def test_better_descriptions_are_no_edit():
    file = ROOT / "events/schemas/chat.session.renamed.v1.json"
    schema = json.loads(file.read_text())
    schema["description"] = "said better"
    schema["properties"]["title"]["description"] = "said better"
    assert digest(file, json.dumps(schema)) == digest(file)
    del schema["properties"]["title"]
    assert digest(file, json.dumps(schema)) != digest(file), "that one is a field"
