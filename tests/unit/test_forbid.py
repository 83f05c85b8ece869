"""A forbidden function refuses by every name and every way to get at it or at another one of it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from mlgrade.sandbox import forbid
from mlgrade.sandbox.faults import ForbiddenError
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Load, Loaded, Raised, Value

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forked workers are Linux's")
PLENTY = 20.0
NORM = "numpy.linalg.norm"
HEAD = "import sys, importlib, importlib.util\nimport numpy as np\nx = [3.0, 4.0]\nhome = sys.modules[getattr(np.linalg.norm, '__wrapped__', np.linalg.norm).__globals__['__name__']]\n"
WAYS = {
    "its public name": "def f(): return np.linalg.norm(x)",
    "imported from": "from numpy.linalg import norm\ndef f(): return norm(x)",
    "where it is written": "def f(): return home.norm(x)",
    "what the dispatcher wraps": "def f(): return np.linalg.norm.__wrapped__(x)",
    "the implementation": "def f(): return np.linalg.norm._implementation(x)",
    "everything that has its name": "import gc\ngc.unfreeze()\ndef f(): return [o for o in gc.get_objects() if callable(o) and getattr(o, '__name__', '') == 'norm'][0](x)",
    "another function from its code": "import types\ndef f():\n    w = np.linalg.norm.__wrapped__\n    return types.FunctionType(w.__code__, w.__globals__, 'n', (None, None, False))(x)",
    "from a pickle": "import pickle\ndef f(): return pickle.loads(pickle.dumps(np.linalg.norm))(x)",
    "a deep copy": "import copy\ndef f(): return copy.deepcopy(np.linalg.norm)(x)",
    "a condition number": "def f(): return np.linalg.cond([[3.0, -4.0], [4.0, 3.0]], 'fro') * 2.5",
    "the module reloaded": "def f(): return importlib.reload(home).norm(x)",
    "the module taken out": "def f():\n    del sys.modules[home.__name__]\n    return importlib.import_module(home.__name__).norm(x)",
    "the module taken out, by name": "def f():\n    del sys.modules[home.__name__]\n    exec(f'import {home.__name__} as again', globals())\n    return again.norm(x)",
    "its spec executed": "def f():\n    m = importlib.util.module_from_spec(home.__spec__)\n    home.__spec__.loader.exec_module(m)\n    return m.norm(x)",
    "its file under another name": "def f():\n    spec = importlib.util.spec_from_file_location('numpy.linalg.other', home.__file__)\n    m = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(m)\n    return m.norm(x)",
    "its text": "def f():\n    space = {'__name__': home.__name__, '__package__': home.__package__}\n    exec(open(home.__file__).read(), space)\n    return space['norm'](x)",
    "its text, by the loader": "def f():\n    space = {'__name__': home.__name__, '__package__': home.__package__}\n    exec(home.__loader__.get_code(home.__name__), space)\n    return space['norm'](x)",
    "its text, by inspect": "import inspect\ndef f():\n    space = {'__name__': home.__name__, '__package__': home.__package__}\n    exec(inspect.getsource(home), space)\n    return space['norm'](x)",
    "its compiled code": "import marshal\ndef f():\n    space = {'__name__': home.__name__, '__package__': home.__package__}\n    exec(marshal.loads(open(home.__cached__, 'rb').read()[16:]), space)\n    return space['norm'](x)",
    "its text from its own folder": "import os\ndef f():\n    folder, name = os.path.split(home.__file__)\n    at = os.open(folder, os.O_RDONLY)\n    file = os.open(name, os.O_RDONLY, dir_fd=at)\n    space = {'__name__': home.__name__, '__package__': home.__package__}\n    exec(os.read(file, 1 << 20), space)\n    return space['norm'](x)",
    "run as a program": "import runpy\ndef f(): return runpy.run_path(home.__file__, {}, 'numpy.linalg.other')['norm'](x)",
    "with other finders": "def f():\n    sys.meta_path[:] = [m for m in sys.meta_path if 'PathFinder' in repr(m)]\n    del sys.modules[home.__name__]\n    return importlib.import_module(home.__name__).norm(x)",
    "under another os": "def f():\n    for m in list(sys.modules.values()):\n        if m.__name__.startswith('mlgrade.sandbox.forbid'):\n            m.os = m.Path = m.ForbiddenSourceError = m._base = lambda *a, **k: ''\n    return importlib.reload(home).norm(x)",
    "the hook undone": "import gc\ndef f():\n    gc.unfreeze()\n    sys.meta_path[:] = [m for m in sys.meta_path if not hasattr(m, '_names')]\n    for o in gc.get_objects():\n        if 'inodes' in (getattr(o, '__kwdefaults__', None) or ()):\n            o.__kwdefaults__.update(inodes=(), names=(), modules=())\n    return importlib.reload(home).norm(x)",
    "the hook undone by another gc": "def f():\n    del sys.modules['gc']\n    exec('import gc as other', globals())\n    other.unfreeze()\n    for o in other.get_objects():\n        if 'inodes' in (getattr(o, '__kwdefaults__', None) or ()):\n            o.__kwdefaults__.update(inodes=(), names=(), modules=())\n    return importlib.reload(home).norm(x)",
    "its defaults given back": "def f():\n    w = np.linalg.norm.__wrapped__\n    w.__defaults__ = (None, None, False)\n    return w(x)",
}  # fmt: skip


def called(host: Host, source: str, names: list[str], imports: tuple[str, ...] = ("stdlib", "numpy")) -> Any:
    load = Load(
        source=source.encode(),
        name="norm",
        filename="norm.py",
        functions=["f"],
        imports=list(imports),
        forbid=names,
    )
    worker = host.worker(Limits(import_seconds=PLENTY, call_seconds=PLENTY))
    try:
        loaded = worker.load(load)
        assert isinstance(loaded, Loaded)
        assert loaded.fault is None, loaded.fault
        return worker.call("f", (), {}, PLENTY)
    finally:
        worker.close()


def refused(result: Any) -> bool:
    return isinstance(result, Raised) and "ForbiddenError" in result.fault.bases


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_a_function_in_python(host: Host, way: str) -> None:
    """Each way gives the norm where nothing is forbidden, and none does where it is."""
    free = called(host, HEAD + WAYS[way], [])
    if isinstance(free, Raised) and "FileNotFoundError" in free.fault.bases:
        pytest.skip("numpy is not compiled here")
    assert isinstance(free, Value), free
    assert free.value == pytest.approx(5.0)
    got = called(host, HEAD + WAYS[way], [NORM])
    assert refused(got) or (isinstance(got, Raised) and way in NOT_SAID), got


# What ends in another error than ours: there is no source, there is no such attribute, there are no finders left.
NOT_SAID = {
    "its text, by inspect", "under another os", "what the dispatcher wraps", "a list of all dispatchers",
    "any object with the name", "everything that has its name", "the hook undone by another gc",
}  # fmt: skip

COMPILED = {
    "the public name": ("numpy.dot", "def f(): return np.dot(x, x)"),
    "another module's name": ("numpy.dot", "def f(): return np._core.multiarray.dot(x, x)"),
    "the compiled module's name": ("numpy.dot", "def f(): return np._core._multiarray_umath.dot(x, x)"),
    "what the dispatcher wraps": ("numpy.dot", "def f(): return np.dot.__wrapped__(x, x)"),
    "a list of all dispatchers": ("numpy.dot", "def f(): return [d for d in np._core.overrides.ARRAY_FUNCTIONS if d.__name__ == 'dot'][0](x, x)"),
    "any object with the name": ("numpy.dot", "import gc\ndef f():\n    gc.unfreeze()\n    return [v for o in gc.get_objects() if type(o) in (dict, set) for v in (o.values() if type(o) is dict else o) if getattr(v, '__name__', '') == 'dot' and type(v).__name__ == '_ArrayFunctionDispatcher'][0](x, x)"),
    "the compiled module again": ("numpy.dot", "def f():\n    name = 'numpy._core._multiarray_umath'\n    spec = sys.modules.pop(name).__spec__\n    return importlib.import_module(name).dot(x, x)"),
    "a ufunc": ("numpy.exp", "def f(): return np.exp(np.log(25.0))"),
    "a ufunc where it is kept": ("numpy.exp", "def f(): return np._core.umath.exp(np.log(25.0))"),
    "a method of a ufunc": ("numpy.logaddexp", "def f(): return 25.0 + 0 * np._core.umath.logaddexp.reduce(x)"),
    "a ufunc in a module that comes later": ("numpy.exp", "import numpy.ma\ndef f(): return float(numpy.ma.exp(np.log(25.0)))"),
    "a function of the standard library": ("math.fsum", "import math\ndef f(): return math.fsum([9.0, 16.0])"),
    "the builtin module again": ("math.fsum", "import math\ndef f():\n    del sys.modules['math']\n    return importlib.import_module('math').fsum([9.0, 16.0])"),
    "the builtin module again, by name": ("math.fsum", "import math\ndef f():\n    del sys.modules['math']\n    import math\n    return math.fsum([9.0, 16.0])"),
    "a class": ("statistics.NormalDist", "from statistics import NormalDist\ndef f(): return NormalDist(25.0).mean"),
    "a class in C": ("collections.deque", "from _collections import deque\ndef f(): return deque([25.0])[0]"),
    "a method written in Python": ("statistics.NormalDist.from_samples", "from statistics import NormalDist\ndef f(): return NormalDist.from_samples([24.0, 26.0]).mean"),
}  # fmt: skip


@pytest.mark.parametrize("way", COMPILED)
def test_ways_to_other_functions(host: Host, way: str) -> None:
    """The same for functions written in C, ufuncs, classes and their methods."""
    name, source = COMPILED[way]
    if "_core" in source and forbid.find("numpy._core.umath") is None:
        source = source.replace("_core", "core")  # numpy 1.26
    free = called(host, HEAD + source, [])
    if isinstance(free, Raised) and "once per process" in free.fault.message:
        pytest.skip("this numpy is loaded once by itself")
    assert isinstance(free, Value), free
    assert free.value == pytest.approx(25.0)
    got = called(host, HEAD + source, [name])
    assert refused(got) or (isinstance(got, Raised) and way in NOT_SAID), got


def test_the_rest_of_numpy_works(host: Host) -> None:
    """What does not use a forbidden function works: warnings, tracebacks of its module, late imports."""
    source = """
import traceback, warnings
import numpy.polynomial, numpy.ma, numpy.testing, decimal, tempfile
def f():
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        np.log(np.zeros(1))
    try:
        np.linalg.inv(np.zeros((2, 2)))
    except np.linalg.LinAlgError as error:
        shown = "".join(traceback.format_exception(error))
    with tempfile.TemporaryFile("w+") as file:
        file.write(shown)
    return float(np.linalg.cond(np.eye(2))), "LinAlgError" in shown, open("kept", "w").write("abc")
"""
    got = called(host, HEAD + source, [NORM, "numpy.logaddexp", "numpy.no.such", "nowhere.at_all"])
    assert isinstance(got, Value), got
    assert got.value == (1.0, True, 3)


def test_the_next_submission_has_it_back(host: Host) -> None:
    """What one worker forbids is not forbidden in the next."""
    names = [NORM, "numpy.dot", "numpy.exp", "math.fsum"]
    assert refused(called(host, HEAD + "def f(): return np.exp(1.0)", names))
    assert called(host, HEAD + "def f(): return float(np.exp(0.0)) + np.linalg.norm(x)", []).value == 6.0


def test_a_closure_and_what_it_keeps(host: Host) -> None:
    """A decorated function refuses, and so does what the decorator has hidden in a cell."""
    del host
    kept: list[Any] = []

    def decorate(function: Any) -> Any:
        def secret(*args: Any) -> Any:
            return function(*args)

        return secret

    def secret(a: float) -> float:
        return a + len(kept)

    wrapped = decorate(secret)
    assert wrapped(1.0) == 1.0
    for function in forbid._functions(wrapped):
        forbid._refuse(function, "a.secret")
    for each in (wrapped, secret):
        with pytest.raises(ForbiddenError, match=r"^a\.secret is what this exercise asks you to write yourself$"):
            each(1.0)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (NORM, ""),
        ("numpy.dot", ""),
        ("math.fsum", ""),
        ("collections.deque", ""),
        ("statistics.NormalDist.from_samples", ""),
        ("scipy.no_such_thing", ""),
        ("numpy.linalg.nrom", ""),
        ("numpy.ndarray.dot", "is a method of the type ndarray, which Python cannot replace; forbid functions of a module"),
        ("numpy.add.reduce", "is a method of a ufunc, which Python cannot replace; forbid functions of a module"),
        ("math.pi", "is nothing that can be called"),
    ],
)  # fmt: skip
def test_what_can_be_forbidden(name: str, said: str) -> None:
    """A name that cannot be forbidden has a reason, which lint gives to the author."""
    assert forbid.impossible(name) == said
