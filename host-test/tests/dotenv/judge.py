"""Asks python-dotenv about every case of cases.toml: it must read them as they are told there."""

import io
import logging
import os
import pathlib
import sys
import tomllib

import dotenv

logging.disable(logging.CRITICAL)
cases = tomllib.loads((pathlib.Path(__file__).parent / "cases.toml").read_text())["case"]
wrong = 0
for case in cases:
    os.environ.clear()
    os.environ.update(case.get("environment", {}))
    text = case["text"]
    skipped = any(binding.error for binding in dotenv.parser.parse_stream(io.StringIO(text)))
    # As load_dotenv() with its default override=False.
    read = dotenv.main.DotEnv(None, stream=io.StringIO(text), override=False).dict()
    read = {name: value for name, value in read.items() if value is not None}
    if skipped != ("fails" in case) or not skipped and read != case.get("gives", {}):
        wrong += 1
        print(f"{text!r}: python-dotenv reads {read}, skipped something: {skipped}")
print(f"{len(cases)} cases, {wrong} not as told")
sys.exit(wrong > 0)
