"""Runs the cases of cases.toml with python-dotenv, and exits with 1 if a result differs."""

import logging
import os
import tempfile
import tomllib
from pathlib import Path

from dotenv import load_dotenv


def load(path, text, environment):
    """Returns the environment after python-dotenv has read a file with this text, or the name of its exception."""
    path.write_bytes(text.encode())
    os.environ.clear()
    os.environ.update(environment)
    try:
        load_dotenv(path)
    except ValueError as error:
        return type(error).__name__
    return dict(os.environ)


# Some cases cause warnings on purpose.
logging.disable()
cases = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))
expected = [(case, case["variables"]) for case in cases["read"]] + [(case, case["python"]) for case in cases["refused"]]
differences = 0
with tempfile.TemporaryDirectory() as folder:
    for case, variables in expected:
        actual = load(Path(folder, ".env"), case["text"], case.get("environment", {}))
        if actual != variables:
            differences += 1
            print(f"{case['name']}: python-dotenv reads {actual}, the case says {variables}")
print(f"{len(expected)} cases, {differences} differ from python-dotenv")
raise SystemExit(differences > 0)
