"""A group of oracle tests as a program of its own."""

import sys
from pathlib import Path


def main(doc, check):
    """Runs `check` on the program that is named first, and on the files that are named behind it."""
    if len(sys.argv) < 2:
        sys.exit(doc)
    program, *files = [Path(path) for path in sys.argv[1:]]
    passed, failed = check(program.resolve(), files) if files else check(program.resolve())
    print(f"oracles: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
