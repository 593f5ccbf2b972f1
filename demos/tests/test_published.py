"""The demos are the published examples: only indentation, blank lines and missing imports were added."""

from pathlib import Path

import pytest

DEMOS = Path(__file__).resolve().parents[1]
ADDED = {"python": ["import json", "import os"], "nodejs": [], "nodejs-auth": []}
CODE = {"python": "lambda_function.py", "nodejs": "index.js", "nodejs-auth": "index.js"}


def statements(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text().splitlines() if line.strip()]


@pytest.mark.parametrize("demo", sorted(CODE))
def test_nothing_but_imports_was_added(demo: str) -> None:
    published = statements(Path(__file__).parent / "published" / f"{demo}.txt")
    assert statements(DEMOS / demo / CODE[demo]) == ADDED[demo] + published


def test_the_python_demo_with_keys_differs_from_the_one_without_in_nothing_else() -> None:
    public = statements(DEMOS / "python" / "lambda_function.py")
    keys = ["\"PK_PATH\": os.environ['PK_PATH'],", "\"PUBLIC_KEY_ID\": os.environ['PUBLIC_KEY_ID']"]
    at = public.index("}")
    expected = [*public[: at - 1], f"{public[at - 1]},", *keys, *public[at:]]
    service = '"memory-service-python{}-demo"'
    expected = [line.replace(service.format(""), service.format("-auth")) for line in expected]
    assert statements(DEMOS / "python-auth" / "lambda_function.py") == expected


@pytest.mark.parametrize("demo", sorted(CODE))
def test_a_demo_is_a_single_file(demo: str) -> None:
    assert [path.name for path in (DEMOS / demo).iterdir() if path.name != "__pycache__"] == [CODE[demo]]
