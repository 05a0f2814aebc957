"""Two API nodes and two projectors on services of their own, each behind a proxy."""
import os
import signal

from harness.deployment import Deployment
from harness.waiting import wait_until
from rig.log_records import checkpoints, ends, read_log
from rig.services import Broker, Database


class Cluster:
    def __init__(self, folder, log, brokers=None, database_options=(), **settings):
        """`brokers`: started already; otherwise one of its own for log=kafka."""
        self.folder, self.log_kind = folder, log
        self.brokers, self.deployment = [], None
        self.database = Database(folder, *database_options)
        try:
            if log == "kafka":
                self.brokers = brokers or [Broker(folder)]
                for broker in self.brokers:
                    if not broker.process.running:
                        broker.start()
                for broker in self.brokers:
                    broker.wait_ready()
            self.deployment = Deployment(folder, log, projectors=2, database=self.database.url,
                                         brokers=",".join(broker.address for broker in self.brokers), **settings)
            for node in self.nodes:
                equip(node)
            self.deployment.start()
        except BaseException:
            self.close()
            raise

    @property
    def apis(self):
        return self.deployment.apis

    @property
    def projectors(self):
        return self.deployment.projectors

    @property
    def nodes(self):
        return self.deployment.nodes

    def read_log(self):
        return read_log(self.deployment, ",".join(broker.direct for broker in self.brokers), self.database.direct)

    def settled_log(self, seconds=60):
        """The whole log, once nothing comes any more and all of it is in the read model."""
        records = []

        def projected():
            nonlocal records
            records = self.read_log()
            at = checkpoints(self.database.direct)
            return all(at.get(partition) == end for partition, end in ends(records).items()) and \
                len(self.read_log()) == len(records)
        wait_until(projected, seconds, "the projectors to reach the end of the log", every=0.2)
        return records

    def close(self):
        for node in self.nodes if self.deployment else []:
            if node.process:
                node.resume()
                node.kill()
        for service in [*self.brokers, self.database]:
            service.close()


def equip(node):
    """What a fault script and a history need of a node beside what the e2e tests do."""
    number = 0
    start = node.start

    def start_counted():
        nonlocal number
        number += 1
        node.incarnation = f"{node.name}#{number}"
        return start()
    node.start = start_counted
    node.incarnation = node.name
    node.pause = lambda: node.signal(signal.SIGSTOP)
    node.resume = lambda: node.running and os.kill(node.pid, signal.SIGCONT)
