"""Tests wait for conditions, never for time to pass."""
import time


def wait_until(condition, seconds=20.0, what=None, every=0.02):
    """The first true value of condition(); fails past the deadline, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or condition}")
        time.sleep(every)
