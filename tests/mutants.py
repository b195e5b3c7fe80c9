"""What mutmut has found, in plain words: how many mutants of the core the tests kill, and which survive.

`make mutants` runs it after mutmut. A mutant is one small change of one function; it is killed where a test fails or
breaks down, or runs on without end.
"""

import ast
import sys
from collections import Counter
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

GOAL = 95  # percent
KILLED = {"killed", "timeout", "segfault"}


def killed_by_name(path):
    """Return whether each mutant of a file is killed, by mutmut's name for it."""
    data = SourceFileMutationData(path=path)
    data.load()
    statuses = {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
    if not statuses or "not checked" in statuses.values():
        sys.exit(f"{path}: mutmut did not come to its end.")
    return {name: status in KILLED for name, status in statuses.items()}


def first_lines(path):
    """Return the first line of every function by mutmut's name for it."""
    lines = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        owner = f"xǁ{node.name}ǁ" if isinstance(node, ast.ClassDef) else "x_"
        for function in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(function, ast.FunctionDef):
                lines[owner + function.name] = min(part.lineno for part in (function, *function.decorator_list))
    return lines


def changed_line(path, name, diff):
    """Return where the mutant's change begins in the file: mutmut counts from the function's first line."""
    above, header = 0, next(line for line in diff if line.startswith("@@"))  # such as @@ -8,7 +8,7 @@
    for line in diff[diff.index(header) + 1 :]:
        if line.startswith(("-", "+")):
            break
        above += 1
    start = first_lines(path)[name.rpartition(".")[2].partition("__mutmut_")[0]]
    return start + int(header.split()[1].lstrip("-").split(",")[0]) - 1 + above


def show(path, name):
    diff = get_diff_for_mutant(name, path=path).splitlines()
    print(f"\n{path}:{changed_line(path, name, diff)}  ({name})")
    print(*(line for line in diff if line.startswith(("-", "+")) and line[:3] not in ("---", "+++")), sep="\n")


def main():
    total, killed = Counter(), Counter()
    for path in sorted(map(Path, walk_mutatable_files())):
        for name, is_killed in killed_by_name(path).items():
            total[path] += 1
            killed[path] += is_killed
            if not is_killed:
                show(path, name)
    print()
    for path, count in total.items():
        print(f"{path}: killed {killed[path]} of {count}")
    share = 100 * killed.total() / total.total()
    print(f"\nkilled {killed.total()} of {total.total()} ({share:.1f} %)")
    return share < GOAL


if __name__ == "__main__":
    sys.exit(main())
