"""The one exception of guerdon: it carries every problem that was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._native import Problem


class GuerdonError(ValueError):
    """Something was refused. ``problems`` lists all that was wrong; the rest speaks of the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        first = next((one for one in problems if one.severity == "error"), problems[0])
        self.code: str = first.code
        self.path: str = first.path
        self.message: str = first.message
        self.hint: str = first.hint
        super().__init__("\n".join(_line(one) for one in problems))

    def __reduce__(self) -> tuple[type[GuerdonError], tuple[list[Problem]]]:
        return (GuerdonError, (self.problems,))


def _line(problem: Problem) -> str:
    hint = f"; {problem.hint}" if problem.hint else ""
    return f"{problem.message} ({problem.code} at `{problem.path}`){hint}"
