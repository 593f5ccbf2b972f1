"""`memory_service` is `memory`, also where a program has a module `memory` of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import memory
import memory_service
import memory_service.testing
import pytest
from memory.testing import Cloud

SRC = Path(__file__).parents[1] / "src"
CONF = "{'DISTRIBUTION': 'd1.cloudfront.net', 'BUCKET_NAME': 'values', 'REGION': 'us-east-1'}"

USE = f"""
import memory_service
from memory_service import ConfigurationError, MemoryService
mem = MemoryService({CONF}, "shop")
from memory_service.testing import Cloud
with Cloud() as cloud:
    mem = memory_service.MemoryService(cloud.conf(), "shop")
    mem.put("a", [1])
    @mem.cached(name="double")
    def double(number): return 2 * number
    grown = mem.update("a", lambda it: it.append(2))
    found = [mem.get("a"), double(4), mem.increment("n"), mem.get_entry("a").type, list(mem.keys()), grown]
    try:
        mem.put("a//b", 1)
    except memory_service.InvalidNameError as error:
        found.append(error.code)
print(json.dumps(found))
"""
EXPECTED = [[1, 2], 8, 1, "list", None, [1, 2], "invalid_name"]


def run(folder: Path, *command: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=folder,
        env={"PYTHONPATH": f"{folder}:{SRC}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    printed[4] = None
    return printed


def test_it_is_the_same() -> None:
    for name in memory.__all__:
        assert getattr(memory_service, name) is getattr(memory, name)
    assert memory_service.__all__ == memory.__all__
    assert memory_service.testing.Cloud is Cloud
    assert set(memory.__all__) <= set(dir(memory_service))
    with pytest.raises(AttributeError, match="memory_service"):
        memory_service.Nothing  # type: ignore[attr-defined] # noqa: B018


def test_the_plugin_has_the_same_fixtures() -> None:
    import memory.testing.pytest_plugin
    import memory_service.testing.pytest_plugin as plugin

    assert plugin.memory_cloud is memory.testing.pytest_plugin.memory_cloud


@pytest.mark.parametrize("order", ["before", "after", "never"])
def test_a_module_of_that_name_is_no_obstacle(tmp_path: Path, order: str) -> None:
    (tmp_path / "memory.py").write_text("mine = True\n")
    mine = "import memory; assert memory.mine; assert not hasattr(memory, 'MemoryService')"
    before, after = (mine if order == when else "" for when in ("before", "after"))
    (tmp_path / "program.py").write_text(f"import json\n{before}\n{USE}\n{after}\n")
    assert run(tmp_path, "program.py") == EXPECTED


def test_the_module_of_that_name_may_be_the_one_that_uses_it(tmp_path: Path) -> None:
    (tmp_path / "memory.py").write_text(f"import json\n{USE}\n")
    assert run(tmp_path, "memory.py") == EXPECTED
    assert run(tmp_path, "-c", "import memory; assert memory.mem") == EXPECTED


def test_a_package_of_that_name_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "__init__.py").write_text("from memory.part import mine\n")
    (tmp_path / "memory" / "part.py").write_text("mine = True\n")
    program = f"import json\n{USE}\nimport memory; assert memory.mine and memory.part"
    (tmp_path / "program.py").write_text(program)
    assert run(tmp_path, "program.py") == EXPECTED


def test_without_such_a_module_it_loads_no_more_than_memory() -> None:
    code = "import sys, {}; print(len([name for name in sys.modules if name.startswith('memory.')]))"
    loaded = [
        subprocess.run(
            [sys.executable, "-c", code.format(name)],
            env={"PYTHONPATH": str(SRC)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for name in ("memory", "memory_service")
    ]
    assert loaded[0] == loaded[1]
