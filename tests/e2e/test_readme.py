"""README.md is run, not believed: its commands print what it shows, and its table lists the settings there are."""
import re
import subprocess

import pytest

from harness.processes import BIN, ROOT, clean_environment

README = (ROOT / "README.md").read_text()


def console_steps(text):
    """The commands of its ```console blocks with what they print, in order."""
    steps = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.split("\n")
            command = [lines.pop(0)]
            while command[-1].endswith("\\"):
                command.append(lines.pop(0))
            steps.append(("\n".join(command), "\n".join(lines).strip()))
    return steps


def general(text):
    """Without what differs each time."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "TIME", text)
    text = re.sub(r'ETag: \S+', "ETag: TAG", text)
    text = re.sub(r"(before|after|cursor)=[\w%-]+", r"\1=CURSOR", text)
    return text.replace("\r", "").strip()


def test_the_first_five_minutes(deploy, log_kind):
    deployment = deploy(log_kind, apis=1)
    marker = "-- end of a step --"
    steps = console_steps(README.split("## The first five minutes")[1].split("\n## ")[0])
    assert len(steps) >= 8
    script = "".join(f"{command}\necho; echo '{marker}'\n" for command, _ in steps)
    script = script.replace("127.0.0.1:8080", f"127.0.0.1:{deployment.apis[0].port}")
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=60,
                          env=clean_environment(), check=False)
    assert done.returncode == 0, done
    printed = done.stdout.split(marker)
    for (command, shown), found in zip(steps, printed):
        assert general(found) == general(shown), command


def settings_of(program):
    """Rows of (variable, default, meaning), read off --help."""
    text = subprocess.run([BIN / program, "--help"], capture_output=True, text=True, check=True).stdout
    text = re.sub(r"\s+", " ", text)
    return re.findall(r"--[a-z-]+ \(=(.*?)\) (.*?) \[(CHAT_[A-Z_]+)\]", text)


def settings_table():
    rows = {}
    for program in ("chat-api", "chat-projector", "chat-publisher", "chat-replay"):
        for default, meaning, variable in settings_of(program):
            rows.setdefault(variable, (default, meaning, []))[2].append(program.removeprefix("chat-"))
    lines = ["| variable | default | of | meaning |", "|---|---|---|---|"]
    for variable, (default, meaning, programs) in rows.items():
        lines.append(f"| `{variable}` | `{default}` | {', '.join(programs)} | {meaning} |")
    return "\n".join(lines)


def test_the_table_of_settings_is_that_of_help():
    expected = settings_table()
    assert expected.count("\n") > 15
    assert expected in README, f"README.md's table has to read\n{expected}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()
