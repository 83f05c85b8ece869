"""How much of each resource a submission may use."""

from __future__ import annotations

import msgspec

MIB = 1024 * 1024
MOST_OUTPUT = 20_000  # characters of printed text that one reply holds
CALLBACK_BYTES = MIB  # a callable of the suite meets no argument larger than this
CALLBACK_ITEMS = 10_000  # nor lists of more items than this
FILE_BYTES = 8 * MIB  # one file in the scratch folder
SCRATCH_BYTES = 32 * MIB  # the scratch folder as a whole, which lies in memory where it can: beside `memory_bytes`
SCRATCH_ENTRIES = 1000
SCRATCH_DEPTH = 16


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds are by the wall clock and kept from outside the worker."""

    call_seconds: float = 2.0
    import_seconds: float = 5.0
    total_seconds: float = 20.0
    memory_bytes: int = 2048 * MIB
    result_bytes: int = 16 * MIB
    output_chars: int = 10_000
    packages: bool = False  # whether installed packages other than numpy may be read
    strikes: int = 3  # time-outs of one function before its later calls are no longer tried
    deaths: int = 20  # of the worker, over the whole file, before nothing more is tried
