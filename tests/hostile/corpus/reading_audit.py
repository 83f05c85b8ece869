"""Hooks into Python's audit events at import and keeps the source of all that is compiled afterwards.

Class: reading
Effect: loot
"""

# @TWIN@

import sys


def watch(event, args):
    if event == "compile" and args[0] and b"canary-" in (args[0] if isinstance(args[0], bytes) else b""):
        with open("@LOOT@/compiled", "wb") as loot:
            loot.write(args[0])
    if event == "exec" and "SEAL" in args[0].co_names:
        with open("@LOOT@/executed", "w") as loot:
            loot.write(repr(args[0].co_consts))


sys.addaudithook(watch)
