"""docs/analytics.md is run, not believed."""
import re
import subprocess

import pytest

from harness.processes import ROOT, clean_environment, free_port
from test_readme import console_steps

PAGE = (ROOT / "docs/analytics.md").read_text()


def general(text):
    return re.sub(r"\d{4}-\d\d-\d\d", "YYYY-MM-DD", text).strip()


@pytest.mark.timeout(600)
def test_the_ten_minutes(tmp_path):
    port, marker, data = free_port(), "-- end of a step --", tmp_path / "data"
    steps = console_steps(PAGE.split("## Ten minutes")[1].split("\n## ")[0])
    assert len(steps) >= 8
    script = ""
    for command, shown in steps:
        if "land_parquet" in command:  # as the page says, the publisher needs a moment
            somewhere_else = command.replace(".data/lake", '"$(mktemp -d)"')
            script += f"until [[ $({somewhere_else}) == {shown.split()[0]}' '* ]]; do :; done\n"
        script += f"{command}\necho '{marker}'\n"
    script = script.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace(".data/", f"{data}/")
    script = script.replace("./run --kafka", f"./run --port {port} --data {data} --kafka")
    script = script.replace("./run --stop", f"./run --stop --data {data}")
    try:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=500,
                              env=clean_environment(), check=False, cwd=ROOT)
    finally:
        subprocess.run([ROOT / "run", "--stop", "--data", data], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done
    printed = done.stdout.split(marker)
    for (command, shown), found in zip(steps, printed):
        assert general(found).replace(str(data), ".data") == general(shown), command
