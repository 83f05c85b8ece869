"""The numerical environment that grader and worker share."""

from __future__ import annotations

import pytest

from mlgrade.errors import UsageError
from mlgrade.sandbox import numerics
from mlgrade.sandbox.starting import environment


def test_kernel_settings_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What chooses a kernel goes to the worker; what does something else, or is not set, does not."""
    for name in (*numerics.KERNEL_SETTINGS, "OPENBLAS_VERBOSE"):
        monkeypatch.delenv(name, raising=False)
    plain = environment("scratch")
    assert not set(numerics.KERNEL_SETTINGS) & set(plain)
    for name in (*numerics.KERNEL_SETTINGS, "OPENBLAS_VERBOSE", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, "2")
    assert environment("scratch") == plain | dict.fromkeys(numerics.KERNEL_SETTINGS, "2")


@pytest.mark.parametrize("given", ["", "0", "-1", "two"])
def test_a_number_of_threads_that_is_none(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """It is refused by name, not taken for one thread."""
    monkeypatch.setenv(numerics.THREADS, given)
    with pytest.raises(UsageError, match=numerics.THREADS):
        environment("scratch")


def test_threads_of_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its BLAS has as many as the worker's while it grades, and as many as before afterwards."""
    count = numerics._openblas("get_num_threads")
    if count is None:
        pytest.skip("numpy has no OpenBLAS here")
    before = count()
    with numerics.same_threads():
        assert count() == 1
    assert count() == before
    monkeypatch.setenv(numerics.THREADS, "2")
    with numerics.same_threads():
        assert count() == 2
    assert count() == before


def test_another_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where numpy has no OpenBLAS the kernel is not known, and nothing breaks."""
    monkeypatch.setattr(numerics, "_openblas", lambda _: None)
    assert numerics.blas()["kernel"] == ""
    with numerics.same_threads():
        pass
