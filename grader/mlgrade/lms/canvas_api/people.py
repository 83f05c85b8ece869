"""Which student of the course a person is: by Canvas's own id, the SIS id or the login, exactly; never by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlgrade.gradebook.columns import Person
from mlgrade.lms.canvas_api.model import Preview, Student
from mlgrade.lms.exports.cells import label

Id = tuple[str, str]


class People:
    def __init__(self, students: Sequence[Student]) -> None:
        self._students = {student.id: student for student in students}
        self._owners: dict[Id, set[int]] = {}
        for student in self._students.values():
            ids = [("lms_id", str(student.id)), ("sis_id", student.sis_user_id), ("login", student.login_id)]
            for field, text in ids:
                if text:
                    self._owners.setdefault((field, text), set()).add(student.id)
        self._taken: dict[int, str] = {}

    def find(self, person: Person, preview: Preview) -> Student | None:
        """The one student to whom the ids belong. Ids of different people are a problem, not a choice."""
        ids = [(field, text) for field in ("lms_id", "sis_id", "login") if (text := getattr(person, field).strip())]
        found = set().union(*(self._owners.get(one, set()) for one in ids))
        if problem := self._problem(ids, found):
            preview.left_out.add(f"{label(person)} {problem}")
            return None
        [number] = found
        self._taken[number] = label(person)
        return self._students[number]

    def _problem(self, ids: list[Id], found: set[int]) -> str:
        if not ids:
            return "has no id that Canvas knows; read the roster from Canvas's export"
        if not found:
            return "is not a student of the course in Canvas"
        if len(found) > 1:
            return "has ids of different students in Canvas"
        [number] = found
        return f"is the same student in Canvas as {self._taken[number]}" if number in self._taken else ""

    def unfound(self) -> Iterator[Student]:
        return (student for number, student in self._students.items() if number not in self._taken)
