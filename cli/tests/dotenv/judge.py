"""Plays cases.toml with python-dotenv."""

import logging
import os
import tempfile
import tomllib
from pathlib import Path

from dotenv import load_dotenv


def loaded(path, text, environment):
    """The environment after python-dotenv has read a file of this text, or the name of its exception."""
    path.write_bytes(text.encode())
    os.environ.clear()
    os.environ.update(environment)
    try:
        load_dotenv(path)
    except ValueError as error:
        return type(error).__name__
    return dict(os.environ)


# The cases cause its warnings on purpose.
logging.disable()
cases = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))
expected = [(case, case["variables"]) for case in cases["read"]] + [(case, case["python"]) for case in cases["refused"]]
wrong = 0
with tempfile.TemporaryDirectory() as folder:
    for case, variables in expected:
        read = loaded(Path(folder, ".env"), case["text"], case.get("environment", {}))
        if read != variables:
            wrong += 1
            print(f"{case['name']}: python-dotenv reads {read}, the case says {variables}")
print(f"{len(expected)} cases, {wrong} differ from python-dotenv")
raise SystemExit(wrong > 0)
