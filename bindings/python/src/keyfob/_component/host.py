"""What the component imports: `keyfob:azure/host`, for one instance."""

from __future__ import annotations

import itertools
import logging
import secrets
import time
from queue import Empty, SimpleQueue
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from wasmtime.component import Record, Variant

from .pending_request import Ended, Exchange, Outcome, monotonic
from .providers import Provider, refusal
from .transport import Transport
from .conversions import record

_SECOND = 1_000_000_000
# A wait without an end is cut in parts: no clock counts the seconds of 292 years.
_LONGEST_WAIT = 3600.0

_log = logging.getLogger("keyfob")
_LEVELS = {
    "[error]": logging.ERROR,
    "[warning]": logging.WARNING,
    "[info]": logging.INFO,
    "[verbose]": logging.DEBUG,
}


class Host:
    """The outside world of one instance. Its methods have the names of the functions that are imported."""

    def __init__(self) -> None:
        self.variables: Mapping[str, str] = {}
        self.providers: List[Provider] = []
        self._transport = Transport()
        self._numbers = itertools.count(1)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forgets what was on its way."""
        self._running: Dict[int, Exchange] = {}
        self._ended: SimpleQueue[Ended] = SimpleQueue()
        self.failure: Optional[Exception] = None

    def after_fork(self) -> None:
        """Forgets what is the parent's."""
        self._transport.forget()
        self.begin_anew()

    def environment(self) -> List[Tuple[str, str]]:
        # What is no UTF-8 has surrogates here, which the component can't be given.
        return [(name, value) for name, value in self.variables.items() if _is_text(name) and _is_text(value)]

    def read_file(self, path: str, limit: int) -> Union[bytes, str]:
        try:
            with open(path, "rb") as file:
                content = file.read(limit + 1)
        except FileNotFoundError:
            return "not-found"
        except (OSError, ValueError):
            return "unreadable"
        return content if len(content) <= limit else "too-large"

    def unix_now(self) -> int:
        return int(time.time())

    def monotonic(self) -> int:
        return monotonic()

    def random(self) -> int:
        return secrets.randbits(64)

    def log(self, line: str) -> None:
        text = line[len("keyfob: ") :] if line.startswith("keyfob: ") else line
        word, _, rest = text.partition(" ")
        level = _LEVELS.get(word)
        if level is None:
            _log.warning("%s", text)
        else:
            _log.log(level, "%s", rest)

    def start(self, request: Record, limits: Record) -> int:
        exchange = Exchange(next(self._numbers), request, limits, self._transport, self._ended)
        self._running[exchange.number] = exchange
        exchange.start()
        return exchange.number

    def wait(self, limit: int) -> List[Record]:
        now = monotonic()
        dues = [exchange.due() - now for exchange in self._running.values()]
        timeout = max(0, min([limit, *dues])) / _SECOND
        ended: List[Ended] = []
        try:
            ended.append(self._ended.get(timeout=min(timeout, _LONGEST_WAIT)))
            while True:
                ended.append(self._ended.get_nowait())
        except Empty:
            pass
        now = monotonic()
        told: List[Tuple[int, Outcome]] = []
        for number, outcome, error in ended:
            if self._running.pop(number, None):
                told.append((number, outcome))
                self.failure = error or self.failure
        for number, exchange in list(self._running.items()):
            limit_passed = exchange.overdue(now)
            if limit_passed is not None:
                del self._running[number]
                told.append((number, limit_passed))
        return [record(id=number, outcome=outcome) for number, outcome in told]

    def cancel(self, number: int) -> None:
        self._running.pop(number, None)

    def get_token(self, provider: int, request: Any) -> Variant:
        try:
            return Variant("ok", self.providers[provider].token(request))
        except Exception as error:
            return Variant("err", refusal(self.providers[provider], error))

    def get_assertion(self, provider: int) -> Union[str, Record]:
        try:
            return self.providers[provider].assertion()
        except Exception as error:
            return refusal(self.providers[provider], error)


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
