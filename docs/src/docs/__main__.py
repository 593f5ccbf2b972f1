"""Command: `python -m docs build/site` makes the site of the documentation; `--serve` shows it."""

from __future__ import annotations

import argparse
import functools
import http.server
import sys
from pathlib import Path

from docs import versions
from docs.site import Site

_ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Build the site, and serve it if asked to."""
    parser = argparse.ArgumentParser(prog="docs", description=__doc__)
    parser.add_argument("out", type=Path, help="folder of the site; it gets a folder for each version")
    parser.add_argument("--version", default="next", help="what this state is called: a release, or next")
    parser.add_argument(
        "--repository", default="", metavar="URL", help="where files that are no pages can be read"
    )
    parser.add_argument("--serve", action="store_true", help="then show it on 127.0.0.1, until Ctrl-C")
    arguments = parser.parse_args()
    Site(_ROOT, arguments.version, arguments.repository).build(arguments.out / arguments.version)
    versions.publish(arguments.out)
    sys.stdout.write(f"{arguments.out / arguments.version}/index.html\n")
    if arguments.serve:
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(arguments.out))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            sys.stdout.write(f"http://127.0.0.1:{server.server_port}/\n")
            sys.stdout.flush()
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
