"""The importers of the LMSs, played by the rules that they publish, are found beside these tests."""

from __future__ import annotations
