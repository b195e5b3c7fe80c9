"""What a gradient check found, as a table: in a terminal, and in Jupyter."""

from dataclasses import dataclass, field
from html import escape

COLUMNS = ("gradient by", "worst error", "at", "backward", "numerical", "verdict")


@dataclass(frozen=True)
class GradientRow:
    """The comparison of one gradient with numerical differences.

    Attributes:
        name: what the loss was differentiated by, such as "W_x".
        error: max|Δ| / max(1, max|g|), with g the numerical gradient; infinite where a number is not finite.
        where: the place of the largest difference; in a right gradient, of its largest entry.
        given: what the backward pass says there.
        numerical: what the differences say there.
        verdict: "ok", or what is wrong.
    """

    name: str
    error: float
    where: tuple[int, ...]
    given: float
    numerical: float
    verdict: str

    @property
    def ok(self) -> bool:
        """Whether this gradient passed."""
        return self.verdict.startswith("ok")


@dataclass(frozen=True)
class GradientReport:
    """The result of a gradient check; `print` it, or let Jupyter show it.

    Attributes:
        rows: one comparison for each gradient.
        habits: what a gradient check alone cannot see: a sentence, and True, False, or None where it was
            not checked.
        tolerance: the largest error that passes.
    """

    rows: list[GradientRow]
    tolerance: float
    habits: dict[str, bool | None] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every gradient and every habit passed."""
        return all(row.ok for row in self.rows) and False not in self.habits.values()

    @property
    def worst(self) -> GradientRow:
        """The gradient with the largest error; a failed one before all that passed."""
        return max(self.rows, key=lambda row: (not row.ok, row.error))

    def __getitem__(self, name: str) -> GradientRow:
        """Return the row of that name."""
        return {row.name: row for row in self.rows}[name]

    def _cells(self, row: GradientRow) -> tuple[str, ...]:
        # below the tolerance the error is rounding noise, another number on another machine
        error = f"< {self.tolerance:g}" if row.error <= self.tolerance else f"{row.error:.2g}"
        where = ", ".join(str(i) for i in row.where)
        mark = "✓" if row.ok else "✗"
        given, numerical = (self._number(row, number) for number in (row.given, row.numerical))
        return row.name, error, f"[{where}]", given, numerical, f"{mark} {row.verdict}"

    def _number(self, row: GradientRow, number: float) -> str:
        if abs(number) <= self.tolerance:
            return "0"  # rounding noise around zero
        return f"{number:.4g}" if row.ok else f"{number:.8g}"  # a small error shows in the later digits

    def _habit_lines(self) -> list[str]:
        marks = {True: "✓", False: "✗", None: "○"}
        return [
            f"{marks[passed]} {habit}" + (" (not checked)" if passed is None else "")
            for habit, passed in self.habits.items()
        ]

    def __str__(self) -> str:
        table = [COLUMNS, *map(self._cells, self.rows)]
        widths = [max(len(cells[i]) for cells in table) for i in range(len(COLUMNS))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in table
        ]
        return "\n".join([*lines, *self._habit_lines()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        def row(tag: str, cells: tuple[str, ...]) -> str:
            return (
                "<tr>" + "".join(f"<{tag} style='text-align:left'>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
            )

        body = "".join(row("td", self._cells(r)) for r in self.rows)
        habits = "".join(f"<div>{escape(line)}</div>" for line in self._habit_lines())
        return f"<table>{row('th', COLUMNS)}{body}</table>{habits}"
