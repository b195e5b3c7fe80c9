"""Change rnnlib in small ways, one at a time, and count the changes that the tests notice: `make mutants`.

Each survivor is shown with the lines that it takes away and puts in. Those that no test can notice stand in
tests/mutants.md.
"""

import argparse
import re
import subprocess
import sys
from collections import Counter

GOAL = 95  # percent
KILLED = {"killed", "timeout", "segfault"}
MUTMUT = [sys.executable, "-m", "mutmut"]


def statuses() -> dict[str, str]:
    """Return what became of every mutant, by mutmut's name for it."""
    run = subprocess.run([*MUTMUT, "results", "--all", "true"], capture_output=True, text=True, check=True)
    return dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+?)\s*$", run.stdout, flags=re.MULTILINE))


def change(name: str) -> str:
    """Return the lines that a mutant takes away and puts in."""
    run = subprocess.run([*MUTMUT, "show", name], capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()
    return "\n".join(line for line in lines if re.match(r"[-+](?![-+]{2})", line))


def main() -> int:
    """Run mutmut on one module or on all, show the survivors, and return 1 below the goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("module", nargs="?", default="", help="such as losses or layers.dense; default: all")
    module = parser.parse_args().module
    pattern = f"rnnlib.{module}.*" if module else "rnnlib.*"
    subprocess.run([*MUTMUT, "run", pattern], check=True)
    found = {name: status for name, status in statuses().items() if name.startswith(pattern.removesuffix("*"))}
    total, killed = Counter[str](), Counter[str]()
    for name, status in found.items():
        file = name.partition(".x")[0]
        total[file] += 1
        killed[file] += status in KILLED
        if status not in KILLED:
            print(f"\n{name}: {status}\n{change(name)}")
    print()
    for file, count in total.items():
        print(f"{file}: killed {killed[file]} of {count}")
    percent = 100 * killed.total() / max(total.total(), 1)
    print(f"\nkilled {killed.total()} of {total.total()} ({percent:.1f} %)")
    return int(percent < GOAL)


if __name__ == "__main__":
    sys.exit(main())
