"""docs/guarantees.md names tests: each must exist."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_every_test_that_guarantees_names_exists():
    text = (ROOT / "docs/guarantees.md").read_text()
    named = set(re.findall(r"`(test_\w+|[A-Z]\w+\.[A-Z]\w+)`", text))
    assert len(named) > 40
    there = set()
    for path in (ROOT / "tests").rglob("*"):
        if path.suffix in (".cpp", ".hpp"):
            for suite, name in re.findall(r"TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", path.read_text()):
                there.add(f"{suite}.{name}")
        elif path.suffix == ".py":
            there.update(re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE))
    assert sorted(named - there) == []


def test_links_between_documents_lead_somewhere():
    broken = []
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []
