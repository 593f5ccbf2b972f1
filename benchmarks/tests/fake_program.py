"""A measured program whose times are made up: the case says how it behaves and what an operation takes.

`steady-100` answers 100 ns an operation; `restless-100` 100, 200, 100, …; `warming-100` 1,000 for its first 20 answers;
`fails` does what it is called. As a fresh process it lives, or fails before it is done.
"""

import json
import sys
from itertools import chain, cycle, repeat


def main(kind: str, case: str) -> None:
    behaviour, _, nanoseconds = case.rpartition("/")[2].partition("-")
    print("init" if kind == "fresh" else json.dumps({"ready": True}), flush=True)
    if kind == "fresh":
        print(f"done\nresident {nanoseconds}" if behaviour != "fails" else "oh", flush=True)
        return
    factors = chain(
        repeat(10, 20 if behaviour == "warming" else 0), cycle([1, 2] if behaviour == "restless" else [1])
    )
    for line in sys.stdin:
        if behaviour == "fails":
            sys.exit("it broke")
        operations = json.loads(line)["operations"]
        print(json.dumps({"nanoseconds": operations * int(nanoseconds) * next(factors)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
