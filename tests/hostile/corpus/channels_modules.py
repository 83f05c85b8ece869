"""Leaves an importer that gives the next submission another numpy.

Class: channels
Effect: taint
"""

# @TWIN@

import builtins
import sys
import types

real = builtins.__import__


def swapped(name, *args, **kwargs):
    module = real(name, *args, **kwargs)
    if name == "numpy":
        other = types.ModuleType("numpy")
        other.__dict__.update({**vars(module), "exp": lambda x: module.zeros(3)})
        return other
    return module


builtins.__import__ = swapped
sys.modules.pop("numpy", None)
