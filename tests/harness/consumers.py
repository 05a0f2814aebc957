"""Programs of docs/examples, as members of a consumer group that is not ours."""
import json
from collections import Counter
from pathlib import Path

from harness.postgres import psql
from harness.processes import ROOT, Process

EXAMPLES = ROOT / "docs/examples"
PYTHON = ROOT / ".build/python/bin/python"
COMMANDS = {
    "python": [PYTHON, EXAMPLES / "count_messages.py"],
    "java": ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp",
             f"{ROOT}/.build/kafka/*", EXAMPLES / "CountMessages.java"],
}


class CountingGroup:
    """Members that share the partitions, and what they have counted."""

    def __init__(self, language, deployment, folder, members=2):
        self.counts_folder = Path(folder) / f"counts-{language}"
        arguments = [deployment.brokers, deployment.public_topic, f"{deployment.topic}-{language}", self.counts_folder]
        self.members = [Process(f"{language}{i}", [*COMMANDS[language], *arguments], Path(folder) / f"{language}{i}.log")
                        for i in range(members)]

    def start(self):
        for member in self.members:
            member.start()
        return self

    def stop(self):
        return [member.stop(60) for member in self.members]

    def kill(self):
        for member in self.members:
            if member.process:
                member.kill()

    def counts(self):
        """(day, agent type, session) -> messages."""
        found = Counter()
        for file in self.counts_folder.glob("*.json"):
            for what, count in json.loads(file.read_text())["counts"].items():
                found[tuple(what.split(" "))] += count
        return found


def counts_in_postgres(database):
    rows = psql(database, "select (m.created_at at time zone 'UTC')::date, s.agent_type, s.id, count(*) "
                          "from chat_messages m join chat_sessions s on s.id = m.session_id group by 1, 2, 3")
    return Counter({tuple(row[:3]): int(row[3]) for row in rows})
