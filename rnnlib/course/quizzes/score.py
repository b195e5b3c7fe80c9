"""The score of a session: it lives in the kernel and is written nowhere."""

from collections.abc import Mapping, Sequence


class Score:
    """Which quizzes were asked, and how they were answered.

    Attributes:
        tries: for each quiz that was asked one True or False for each answer.
    """

    def __init__(self) -> None:
        self.tries: dict[str, list[bool]] = {}

    def note_asked(self, name: str) -> None:
        """Note that quiz `name` was asked."""
        self.tries.setdefault(name, [])

    def note(self, name: str, right: bool) -> None:
        """Add an answer to quiz `name`."""
        self.tries.setdefault(name, []).append(right)

    def counts(self, names: Sequence[str]) -> tuple[int, int, int, int]:
        """Return how many of `names` were asked, are answered, are right by now, and were right at the first try."""
        asked = [self.tries[name] for name in names if name in self.tries]
        tries = [answers for answers in asked if answers]
        return len(asked), len(tries), sum(any(answers) for answers in tries), sum(answers[0] for answers in tries)

    def table(self, chapters: Mapping[str, Sequence[str]]) -> str:
        """Return the counts as a table: the chapters, whose quizzes `chapters` names, that were asked, and the sum."""
        chapters = {title: names for title, names in chapters.items() if self.counts(names)[0]}
        if not chapters:
            return "no question was asked yet"
        everything = [name for names in chapters.values() for name in names]
        rows = [(title, *self.counts(names)) for title, names in [*chapters.items(), ("all", everything)]]
        width = max(len(title) for title in chapters)
        lines = [f"{'notebook':{width}}  questions  answered  right  at first"]
        for title, asked, answered, right, first in rows:
            lines.append(f"{title:{width}}  {asked:9}  {answered:8}  {right:5}  {first:8}")
        return "\n".join(lines)
