"""What a gradient check found, as a table: in a terminal, and in Jupyter."""

from dataclasses import dataclass, field
from html import escape

COLUMNS = ("gradient by", "worst error", "at", "backward", "numerical", "verdict")


@dataclass(frozen=True)
class GradientRow:
    """The comparison of one gradient with central differences.

    >>> GradientRow("b", 0.5, (1,), 2.0, 1.0, "wrong").ok
    False

    Attributes:
        name: what was differentiated by, such as "W_x".
        error: max|Δ| / max(1, max|g|), with g the numerical gradient, or what rounding leaves unknown of it where
            that is more; infinite where there is nothing to compare.
        where: the place of the largest difference; in a right gradient, of its largest entry.
        given: what the backward pass says there.
        numerical: what the differences say there.
        verdict: begins with "ok" or with "not checked", or says what is wrong.
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

    @property
    def mark(self) -> str:
        """Passed, failed, or not checked."""
        return "✓" if self.ok else "○" if self.verdict.startswith("not checked") else "✗"


@dataclass(frozen=True)
class GradientReport:
    """The result of a gradient check; `print` it, or let Jupyter show it.

    >>> report = GradientReport([GradientRow("b", 0.5, (1,), 2.0, 1.0, "wrong")], tolerance=1e-8)
    >>> report
    gradient by  worst error  at   backward  numerical  verdict
    b            0.5          [1]  2         1          ✗ wrong
    >>> report.ok, report["b"].error
    (False, 0.5)

    Attributes:
        rows: one comparison for each gradient.
        tolerance: the largest error that passes.
        notes: what the rows tell of the steps in time.
        checks: what a comparison of numbers cannot see: a name, and True, False, or None where it was not checked.
    """

    rows: list[GradientRow]
    tolerance: float
    notes: list[str] = field(default_factory=list)
    checks: dict[str, bool | None] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every gradient passed, and no check failed."""
        return all(row.ok for row in self.rows) and False not in self.checks.values()

    @property
    def worst(self) -> GradientRow:
        """The gradient with the largest error; one that did not pass before all that did."""
        return max(self.rows, key=lambda row: (not row.ok, row.error))

    def __getitem__(self, name: str) -> GradientRow:
        """Return the row of that name."""
        return {row.name: row for row in self.rows}[name]

    def __str__(self) -> str:
        table = [COLUMNS, *map(self._cells, self.rows)]
        widths = [max(len(cells[i]) for cells in table) for i in range(len(COLUMNS))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in table
        ]
        return "\n".join([*lines, *self._lines_below()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        def row(tag: str, cells: tuple[str, ...]) -> str:
            return (
                "<tr>" + "".join(f"<{tag} style='text-align:left'>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
            )

        body = "".join(row("td", self._cells(r)) for r in self.rows)
        below = "".join(f"<div>{escape(line)}</div>" for line in self._lines_below())
        return f"<table>{row('th', COLUMNS)}{body}</table>{below}"

    def _cells(self, row: GradientRow) -> tuple[str, ...]:
        # below the tolerance the error is rounding, another number on another machine
        error = f"< {max(self.tolerance, row.error):g}" if row.ok else f"{row.error:.2g}"
        where = ", ".join(str(i) for i in row.where)
        given, numerical = (self._number(row, number) for number in (row.given, row.numerical))
        return row.name, error, f"[{where}]", given, numerical, f"{row.mark} {row.verdict}"

    def _number(self, row: GradientRow, number: float) -> str:
        if abs(number) <= self.tolerance:
            return "0"  # rounding around zero
        return f"{number:.4g}" if row.ok else f"{number:.8g}"  # a small error shows in the later digits

    def _lines_below(self) -> list[str]:
        marks = {True: "✓", False: "✗", None: "○"}
        checks = [
            f"{marks[passed]} {name}" + (" (not checked)" if passed is None else "")
            for name, passed in self.checks.items()
        ]
        return self.notes + checks
