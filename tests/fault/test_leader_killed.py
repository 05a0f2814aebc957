"""Three brokers, three copies of each record, of which two must have it before it is acknowledged: the leaders of all that is
written to are killed one after another, and clients notice no more than a pause."""
import sys
import time
from collections import Counter

import pytest

from harness.waiting import wait_until
from rig.check_history import check_history
from rig.cluster import Cluster
from rig.history import History, read_history
from rig.load import Load
from rig.log_records import read_model
from rig.report import longest_gap, report
from rig.services import three_brokers


@pytest.mark.timeout(400)
def test_the_leader_is_killed(tmp_path, results, closing):
    brokers = three_brokers(tmp_path)
    cluster = Cluster(tmp_path, "kafka", brokers=brokers, CHAT_REPLICATION="3", CHAT_MIN_INSYNC="2")
    closing.append(cluster)
    others = {record.key for record in cluster.read_log()}
    history = History(results / "fault.leader.history.jsonl")
    begin_ns = time.monotonic_ns()
    load = Load(cluster.apis, history, seed=1, pace=0.05).start()
    closing.append(load)

    def more(count):
        goal = history.accepted + count
        wait_until(lambda: history.accepted >= goal, 60, f"{count} more commands to be acknowledged")
    # Each broker leads a third of the partitions, so each death leaves some without a leader.
    victims = brokers[:2]
    for broker in victims:
        more(100)
        broker.kill()
        more(100)  # with two of three
        broker.start()
        broker.wait_ready()
    more(100)
    end_ns = time.monotonic_ns()
    load.stop()
    history.close()
    records = cluster.settled_log()

    verdict = check_history(read_history(history.path), records, read_model(cluster.database.direct), others)
    text = report("leaders killed among three brokers", verdict, Counter({"kill -9 of a leader": len(victims)}),
                  (end_ns - begin_ns) / 1e9, longest_gap(history, begin_ns, end_ns))
    (results / "fault.leader.report.txt").write_text(text + "\n")
    print(text, file=sys.stderr)
    assert verdict.violations == [], text
    assert verdict.acknowledged >= 500
    assert all(node.running for node in cluster.nodes)
