"""Reads {"schema": …, "plans": [JSON text, …]} and prints a line for each plan: `ok`, `wrong`, or
`no JSON`. The schema itself is checked first. The second word of a line is where the first error is.
"""

import json
import sys

from jsonschema import Draft202012Validator


def refuse_constant(name):
    raise ValueError(name)


request = json.load(sys.stdin)
Draft202012Validator.check_schema(request["schema"])
validator = Draft202012Validator(request["schema"])
for text in request["plans"]:
    try:
        plan = json.loads(text, parse_constant=refuse_constant)
    except ValueError:
        print("no JSON")
        continue
    errors = sorted(validator.iter_errors(plan), key=lambda error: str(error.json_path))
    print("wrong " + errors[0].json_path if errors else "ok")
