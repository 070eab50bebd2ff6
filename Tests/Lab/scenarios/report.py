"""PASS and FAIL lines, and how long each phase took."""

import time
from contextlib import contextmanager


class Report:
    """What was seen so far."""

    def __init__(self):
        self.failures = []
        self.phases = []
        self.checks = 0
        self.begun = time.monotonic()

    def check(self, claim, holds, otherwise=""):
        """One claim; `otherwise` says what was seen instead."""
        self.checks += 1
        at = f"{time.monotonic() - self.begun:6.1f}s"
        if holds:
            print(f"PASS {at}  {claim}", flush=True)
        else:
            self.failures.append(claim)
            print(f"FAIL {at}  {claim}", *indented(otherwise), sep="\n", flush=True)
        return bool(holds)

    def equal(self, claim, seen, wanted):
        return self.check(claim, seen == wanted, f"wanted {wanted!r}\nseen   {seen!r}")

    def contains(self, claim, text, *words):
        missing = [word for word in words if word not in text]
        return self.check(claim, not missing, f"not said: {missing}\nin: {text}")

    @contextmanager
    def phase(self, name):
        """Measures; an error inside is a failure and ends the scenario."""
        print(f"---- {name}", flush=True)
        begun = time.monotonic()
        try:
            yield
        finally:
            self.phases.append((name, time.monotonic() - begun))

    def conclude(self):
        """Prints the sums; true where nothing failed."""
        print("\nSeconds per phase")
        for name, seconds in self.phases:
            print(f"{seconds:8.1f}  {name}")
        print(f"{time.monotonic() - self.begun:8.1f}  in all\n")
        print(f"{self.checks} checks, {len(self.failures)} failed")
        for claim in self.failures:
            print(f"  {claim}")
        return not self.failures


def indented(text):
    return [f"       {line}" for line in str(text).splitlines()[-40:]]


def eventually(seconds, condition):
    """What `condition` returns once it is true, or its last value when the time is over."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.2)
