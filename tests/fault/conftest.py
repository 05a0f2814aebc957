import os
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]
pytest.register_assert_rewrite("harness")

from harness.processes import BIN, ROOT  # noqa: E402


def pytest_configure():
    if not (BIN / "chat-api").exists():
        raise pytest.UsageError(f"chat-api is not built in {BIN}; ./test fault builds it")


@pytest.fixture(scope="session")
def results():
    """Where ./test keeps what a run left."""
    folder = ROOT / ".build" / os.environ.get("CHAT_PRESET", "release") / "results"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def closing():
    """Closes what is put into it, last first."""
    things = []
    yield things
    for thing in reversed(things):
        thing.close()
