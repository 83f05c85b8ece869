"""The student edition: what goes out, what must not be in it, and how a newer one reaches a student's folder."""

from mlgrade.authoring.release.edition import contents

__all__ = ["contents"]
