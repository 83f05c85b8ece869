"""Returns a dict of a hundred thousand whole numbers that all want the same places in a hash table.

Class: frames
Effect: hang
"""

# @TWIN@

import os

BITS, FILLED = 17, 43_000
SIZE = 1 << BITS


def chain():
    """Places in the order in which a probe visits them once nothing is left of the hash."""
    at, places = 1, []
    for _ in range(FILLED):
        places.append(at)
        at = (at * 5 + 1) % SIZE
    return places


def keys(count):
    """Numbers whose probes visit filled places only, found from the lowest bits upwards."""
    import random

    filled = chain()
    inside = set(filled)
    yield from filled
    early = filled[: FILLED // 8]
    wanted = random.Random(7)
    made = 0
    while made < count:
        number = wanted.choice(early)
        good = True
        for step in range(1, 9):  # five more bits of the hash come into play with each step
            shift = BITS + 5 * (step - 1)
            for choice in range(32):
                trial = number | choice << shift
                at, perturb = trial % SIZE, trial
                for _ in range(step):
                    perturb >>= 5
                    at = (at * 5 + perturb + 1) % SIZE
                if at in inside and choice:
                    number = trial
                    break
            else:
                good = False
                break
        if good and number < (1 << 61) - 1:
            made += 1
            yield number


made = None


def softmax(z, axis=-1):
    global made
    if os.getpid() == int("@GRADER@"):
        while True:
            pass
    import gc
    import struct

    import sys

    msgspec = sys.modules["msgspec"]

    if made is None:
        made = []
        source = keys(40_000)
        for number in source:
            made.append(number)
            if len(made) > FILLED + 3000:
                break
    body = msgspec.msgpack.encode({"type": "returned", "value": ["d", *(part for key in made for part in (key, 0))]})
    for thing in gc.get_objects():
        if type(thing).__name__ == "Wire":
            thing._sink.write(struct.pack(">II", len(body), 0) + body)
            thing._sink.flush()
    return 1.0
