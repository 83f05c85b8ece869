"""Read the rosters of an LMS: `read(path)` returns people, `changes(old, new)` compares two rosters."""

from mlgrade.lms.rosters.model import Key, Roster, RosterProblem
from mlgrade.lms.rosters.plan import Changed, Changes, RosterPlan, changes
from mlgrade.lms.rosters.reading import read

__all__ = ["Changed", "Changes", "Key", "Roster", "RosterPlan", "RosterProblem", "changes", "read"]
