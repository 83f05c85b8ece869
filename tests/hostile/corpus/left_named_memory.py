"""Leaves blocks of Python's own shared memory, which outlive the process when the tracker is switched off.

Class: left
Effect: left
"""

# @TWIN@

from multiprocessing import resource_tracker

resource_tracker.register = lambda *args: None
try:
    from multiprocessing.shared_memory import SharedMemory

    block = SharedMemory("mlgrade-hostile-block", create=True, size=1 << 16)
except (OSError, ImportError) as error:
    print(error)
try:
    open("/dev/shm/mlgrade-hostile-file", "w").write("x" * 4096)
except OSError as error:
    print(error)
