"""A seeded script of faults: two lanes, one for our programs and one for what they depend on, so that faults of both kinds
overlap. Nothing here waits: each fault has a beginning and an end on one timeline, and a supervisor starts what died."""
import heapq
import random
import time
from collections import Counter

from harness.waiting import wait_until


class Lane:
    """Deals its kinds of fault like a shuffled deck, so that each comes before any comes again."""

    def __init__(self, kinds, needed, chosen, gap):
        self.kinds, self.needed, self.chosen, self.gap, self.deck = kinds, needed, chosen, gap, []

    def next(self):
        if not self.deck:
            self.deck = list(self.kinds)
            self.chosen.shuffle(self.deck)
        return self.deck.pop()


class FaultScript:
    """Run on the thread that started the processes: they end with it."""

    def __init__(self, cluster, seed, say, gap=1.0):
        self.cluster, self.say = cluster, say
        self.counts, self.endings = Counter(), []
        self.broken = set()  # what is being hurt now, or is down on purpose until its fault ends
        self.timeline, self.number = [], 0
        chosen = random.Random(seed)
        services = [cluster.database, *cluster.brokers]
        programs = [self.kill_api, self.kill_api, self.kill_projector, self.pause_api, self.pause_projector]
        dependencies = [kind for service in services for kind in (
            lambda c, s=service: self.kill_service(c, s), lambda c, s=service: self.stop_service(c, s),
            lambda c, s=service: self.pause_service(c, s), lambda c, s=service: self.cut(c, s),
            lambda c, s=service: self.cut(c, s), lambda c, s=service: self.lose_answers(c, s),
            lambda c, s=service: self.black_hole(c, s), lambda c, s=service: self.delay(c, s))]
        for kind, needed in ((programs, []), (dependencies, services)):
            self.at(0.5, self.deal, Lane(kind, needed, random.Random(chosen.getrandbits(64)), gap))

    def at(self, seconds, action, *arguments):
        self.number += 1
        heapq.heappush(self.timeline, (time.monotonic() + seconds, self.number, action, arguments))

    def deal(self, lane):
        if not all(service.ready for service in lane.needed):
            # One that starts again is no target: on a slow machine little else would be seen than its start.
            self.at(0.2, self.deal, lane)
            return
        lasts = lane.next()(lane.chosen)
        self.at(lasts + lane.chosen.uniform(0.3, 1.7) * lane.gap, self.deal, lane)

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            while self.timeline and self.timeline[0][0] <= time.monotonic():
                _, _, action, arguments = heapq.heappop(self.timeline)
                action(*arguments)
            self.supervise()
            time.sleep(0.02)
        return self

    def mend(self, seconds=90):
        """Ends every fault that lasts and waits until all is up."""
        while self.timeline:
            _, _, action, arguments = heapq.heappop(self.timeline)
            if action != self.deal:  # pylint: disable=comparison-with-callable
                action(*arguments)
        for service in [self.cluster.database, *self.cluster.brokers]:
            service.proxy.heal()

        def all_up():
            self.supervise()
            return all(service.ready for service in [self.cluster.database, *self.cluster.brokers]) and all(
                node.running and node.is_ready() for node in self.cluster.nodes)
        wait_until(all_up, seconds, "all to be up again", every=0.1)

    def supervise(self):
        """What systemd would do: a program that ended is started again."""
        for node in self.cluster.nodes:
            if not node.running and node.name not in self.broken:
                self.endings.append((node.name, node.process.returncode, node.tail(5)))
                self.say(f"{node.name} ended by itself with {node.process.returncode}; starting it again")
                node.start()
        for service in [self.cluster.database, *self.cluster.brokers]:
            if not service.process.running and service.process.name not in self.broken:
                service.start_again()

    def begin(self, kind, name, seconds, end=None):
        self.counts[kind] += 1
        self.say(f"{kind} {name}" + (f" for {seconds:.1f} s" if seconds else ""))
        if end:
            self.broken.add(name)
            self.at(seconds, lambda: (end(), self.broken.discard(name)))
        return seconds

    # Each begins a fault, and says how long it lasts.

    def some(self, chosen, nodes):
        whole = [node for node in nodes if node.running and node.name not in self.broken]
        return chosen.choice(whole) if whole else None

    def kill(self, kind, node, down):
        if not node:
            return 0
        node.crash()
        return self.begin(kind, node.name, down, node.start)

    def pause(self, kind, node, seconds):
        if not node:
            return 0
        node.pause()
        return self.begin(kind, node.name, seconds, node.resume)

    def kill_api(self, chosen):
        return self.kill("kill -9 chat-api", self.some(chosen, self.cluster.apis), chosen.uniform(0, 1))

    def kill_projector(self, chosen):
        return self.kill("kill -9 chat-projector", self.some(chosen, self.cluster.projectors), chosen.uniform(0, 2))

    def pause_api(self, chosen):
        return self.pause("pause chat-api", self.some(chosen, self.cluster.apis), chosen.uniform(0.3, 5))

    def pause_projector(self, chosen):
        """Now and then for longer than a Kafka group keeps a member: it comes back as a zombie."""
        return self.pause("pause chat-projector", self.some(chosen, self.cluster.projectors), chosen.choice([1, 3, 8]))

    def kill_service(self, chosen, service):
        service.kill()
        return self.begin(f"kill -9 {service.process.name}", service.process.name, chosen.uniform(0.1, 1.5), service.start_again)

    def stop_service(self, chosen, service):
        service.stop()
        return self.begin(f"stop {service.process.name}", service.process.name, chosen.uniform(0.5, 1.5),
                          lambda: service.process.running or service.start_again())

    def pause_service(self, chosen, service):
        service.pause()
        return self.begin(f"pause {service.process.name}", service.process.name, chosen.uniform(0.5, 5), service.resume)

    def cut(self, chosen, service):
        service.proxy.cut()
        if chosen.random() < 0.5:
            return self.begin(f"cut off {service.process.name}", service.process.name, 0)
        service.proxy.refuse()
        return self.begin(f"cut off {service.process.name}", service.process.name, chosen.uniform(0.3, 3), service.proxy.heal)

    def lose_answers(self, chosen, service):
        """What was asked is done, and its answer never arrives."""
        service.proxy.freeze(requests=False)

        def cut():
            service.proxy.cut()
            service.proxy.heal()
        return self.begin(f"lose answers of {service.process.name}", service.process.name, chosen.uniform(0.2, 1.5), cut)

    def black_hole(self, chosen, service):
        service.proxy.freeze()
        return self.begin(f"black-hole {service.process.name}", service.process.name, chosen.uniform(1, 7), service.proxy.heal)

    def delay(self, chosen, service):
        service.proxy.delay = chosen.uniform(0.005, 0.05)
        return self.begin(f"delay {service.process.name}", service.process.name, chosen.uniform(1, 3), service.proxy.heal)
