"""The pipe to the Rust test, which simulates Azure. Messages are lines of JSON; each is answered before the next."""

import json
import os
import sys

from clock import CLOCK

_IN = 0
_OUT = os.dup(1)
# Whatever is printed goes to stderr instead of the pipe.
os.dup2(2, 1)


def send(message):
    """Sends a message. Used alone for the last message of a case, which is not answered."""
    line = json.dumps(message).encode() + b"\n"
    while line:
        line = line[os.write(_OUT, line) :]


def receive():
    """Returns the next message, or None at the end of the input.

    The pipe is shared with the processes of other cases. It never holds more than one line, so none of theirs is read.
    """
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(_IN, 1 << 16)
        if not chunk:
            return None
        line += chunk
    return json.loads(line)


def send_and_receive(message):
    """Sends a message and returns the answer. Sets the clock to the time in the answer."""
    send(message)
    answer = receive()
    if answer is None:
        sys.exit("the test has gone")
    CLOCK.now = answer["now"]
    return answer
