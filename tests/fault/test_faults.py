"""Load from several clients while everything is killed, paused and cut off: what clients were told stays true.

CHAT_FAULT_SECONDS (./test fault --long sets it) says how long for each log, CHAT_FAULT_SEED which faults."""
import os
import random
import sys
import time

import pytest

from rig.check_history import check_history
from rig.cluster import Cluster
from rig.faults import FaultScript
from rig.history import History, read_history
from rig.load import Load
from rig.log_records import read_model
from rig.report import longest_gap, report

SECONDS = {"kafka": 35.0, "postgres": 25.0}
LONG = float(os.environ.get("CHAT_FAULT_SECONDS", "0"))


@pytest.mark.timeout(int(LONG) + 280)
@pytest.mark.parametrize("log", ["kafka", "postgres"])
def test_nothing_told_becomes_untrue_under_faults(log, tmp_path, results, closing):
    seconds = LONG or SECONDS[log]
    seed = int(os.environ.get("CHAT_FAULT_SEED", random.SystemRandom().getrandbits(32)))
    began = time.monotonic()

    def say(text):
        print(f"{time.monotonic() - began:7.1f} {text}", file=sys.stderr, flush=True)

    say(f"CHAT_FAULT_SEED={seed}")
    cluster = Cluster(tmp_path, log, CHAT_COMMAND_DEADLINE="6s")
    closing.append(cluster)
    others = {record.key for record in cluster.read_log()}  # of the deployment's own first steps
    history = History(results / f"fault.{log}.history.jsonl")
    load = Load(cluster.apis, history, seed).start()
    closing.append(load)
    script = FaultScript(cluster, seed, say)
    begin_ns = time.monotonic_ns()
    script.run(seconds)
    end_ns = time.monotonic_ns()
    script.mend()
    say("all is up again")
    load.stop()
    history.close()
    records = cluster.settled_log()

    verdict = check_history(read_history(history.path), records, read_model(cluster.database.direct), others)
    text = report(f"faults against {log}, seed {seed}", verdict, script.counts, seconds,
                  longest_gap(history, begin_ns, end_ns), script.endings)
    (results / f"fault.{log}.report.txt").write_text(text + "\n")
    say(text)
    assert verdict.violations == [], text
    assert all(code in (0, 1, 3) for _, code, _ in script.endings), f"a program crashed: {script.endings}"
    assert verdict.acknowledged > 100, "too little happened for this to mean anything"
    assert sum(script.counts.values()) >= seconds / 5  # 60 in five minutes
