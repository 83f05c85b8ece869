"""What staff decided, as far as it stands: the last word on each kind and target, the nearest target first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mlgrade.gradebook.model import Decision, DecisionKind

Standing = Mapping[tuple[DecisionKind, str], Decision]


class Ruling(NamedTuple):
    """What holds for one student and one concept."""

    excuse: Decision | None = None
    extension: Decision | None = None
    override: Decision | None = None
    minimum: Decision | None = None
    manual: Decision | None = None
    extra: Decision | None = None
    penalty: Decision | None = None


NONE = Ruling()


def standing(decisions: Iterable[Decision]) -> Standing:
    """The decisions of one student that stand. What is revoked leaves nothing, not the one before it."""
    last: dict[tuple[DecisionKind, str], Decision] = {}
    for decision in sorted(decisions, key=lambda one: one.id):
        last[decision.deed, decision.target] = decision
    return {key: decision for key, decision in last.items() if not decision.revoked}


def ruling(decided: Standing, concept: str, unit: str) -> Ruling:
    """Return the decisions that hold for a concept of a unit."""
    if not decided:
        return NONE
    targets = (f"concept:{concept}", f"unit:{unit}", "")

    def nearest(deed: DecisionKind) -> Decision | None:
        return next((decided[deed, target] for target in targets if (deed, target) in decided), None)

    return Ruling(
        excuse=nearest(DecisionKind.EXCUSE),
        extension=nearest(DecisionKind.EXTEND),
        override=nearest(DecisionKind.OVERRIDE),
        minimum=nearest(DecisionKind.MINIMUM),
        manual=decided.get((DecisionKind.MANUAL, targets[0])),  # these are points of one concept, and of nothing wider
        extra=decided.get((DecisionKind.EXTRA, targets[0])),
        penalty=decided.get((DecisionKind.PENALTY, targets[0])),
    )
