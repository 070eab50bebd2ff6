"""Runs scenarios: all of them, or those named.

    python3 -m scenarios [preflight] [first_rollout] [coordinator_killed] [killed_everywhere]
                         [packages] [trouble] [keeping] [published]
    python3 -m scenarios ansible     compares with Ansible, and runs only where it is named
"""

import importlib
import sys
import traceback

from .report import Report

SCENARIOS = [
    "preflight", "first_rollout", "coordinator_killed", "killed_everywhere", "packages", "trouble",
    "keeping", "published",
]


def main():
    report = Report()
    for name in sys.argv[1:] or SCENARIOS:
        print(f"\n==== {name.replace('_', ' ')}", flush=True)
        scenario = importlib.import_module(f".{name}", __package__)
        try:
            scenario.run(report)
        except Exception:  # the other scenarios can still tell something
            report.check(f"{name} comes to its end", False, traceback.format_exc())
    return 0 if report.conclude() else 1


sys.exit(main())
