"""Clients that write and read all the time and notice whatever a client should not see."""
import threading

from harness.client import SESSIONS


class Traffic:
    """Each writer has a session and adds to it; each look at it must succeed, show all that was written, and never show
    less than the look before. A second one looks without writing: no answer may fail, or show less than the one before to the same question."""

    def __init__(self, service, writers=3, pause=0.0):
        self.service = service
        self.done = threading.Event()
        self.pause = pause
        self.failures = []
        self.looks = 0
        self.written = 0
        self.slowest = 0.0
        self.users = [service.client(number % len(service.apis)) for number in range(writers)]
        for user in self.users:
            user.chat = user.create("Busy")["id"]
        self.threads = [threading.Thread(target=self.guarded, args=(work, user))
                        for user in self.users for work in (self.write, self.read)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()

    def check(self):
        assert not self.failures, self.failures[:3]
        assert self.looks > 0 and self.written > 0

    def guarded(self, work, user):
        try:
            work(user.at(user.port), user.chat)
        except BaseException as error:  # noqa: BLE001
            self.failures.append(f"{type(error).__name__}: {error}")

    def write(self, user, chat):
        written = 0
        while not self.done.is_set():
            user.add(chat, f"message {written}")
            written += 1
            self.written += 1
            seen = user.expect(200, "GET", f"{SESSIONS}/{chat}?limit=1")
            assert seen.json["message_count"] >= written, f"wrote {written}, read {seen!r}"
            assert seen.json["messages"][0]["content"] == f"message {written - 1}"
            self.done.wait(self.pause)

    def read(self, user, chat):
        urls = [f"{SESSIONS}/{chat}?limit=1", SESSIONS, f"{SESSIONS}/{chat}/messages?limit=1"]
        versions = dict.fromkeys(urls, 0)
        while not self.done.is_set():
            for url in urls:
                seen = user.expect(200, "GET", url)
                assert int(seen.version) >= versions[url], f"{url} went back from {versions[url]}: {seen!r}"
                versions[url] = int(seen.version)
                self.looks += 1
