"""What cached functions and their calls are called (CALL-1 to CALL-5)."""

import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud
from memory import ConfigurationError, InvalidNameError, UnsupportedTypeError

calls: list[Any] = []


def price(item: str, *more: int, currency: str = "EUR") -> dict[str, Any]:
    """What it costs."""
    calls.append((item, more, currency))
    return {"item": item, "more": list(more)}


def order(a: Any, b: Any = 1, c: Any = 2) -> Any:
    return [a, b, c]


def plain_decorator(function: Any) -> Any:
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


def disguising_decorator(function: Any) -> Any:
    wrapper = plain_decorator(function)
    wrapper.__name__, wrapper.__qualname__ = function.__name__, function.__qualname__
    return wrapper


def logged(function: Any) -> Any:
    return functools.wraps(function)(plain_decorator(function))


class Loader:
    def __call__(self, item: Any) -> Any:
        return item

    def load(self, item: Any) -> Any:
        return [item]

    @staticmethod
    def static(item: Any) -> Any:
        return item


class AsyncLoader:
    async def __call__(self, item: Any) -> Any:
        return item


class Numbers:
    def __call__(self) -> Any:
        yield 1


def numbers() -> Any:
    yield 1


def test_a_function_is_called_once_per_arguments(cloud: Cloud) -> None:
    mem = cloud.service()
    cached = mem.cached(ttl=60)(price)
    calls.clear()
    assert cached("tea") == cached(item="tea") == {"item": "tea", "more": []}
    assert cached("tea", 1) == {"item": "tea", "more": [1]}
    assert cached("tea", *[True]) == {"item": "tea", "more": [True]}
    assert len(calls) == 3
    assert cached.__doc__ == "What it costs."
    mem.remove(cached.cache_name("tea"))
    cached("tea")
    assert len(calls) == 4


def test_a_plain_function_of_a_module_has_its_own_name(cloud: Cloud) -> None:
    mem = cloud.service()
    assert mem.cached()(price).cache_name("tea").startswith(f"cached/{__name__}.price/")
    assert mem.cached()(Loader.static).cache_name(1).startswith(f"cached/{__name__}.Loader.static/")


UNNAMED = {
    "lambda": lambda item: item,
    "closure": plain_decorator(price),
    "decorated": logged(price),
    "disguised": disguising_decorator(price),
    "bound": Loader().load,
    "partial": functools.partial(price, "tea"),
    "object": Loader(),
    "lru_cache": functools.lru_cache(order),
    "built-in": pow,
    "class": Loader,
    "static": staticmethod(Loader.static),
}


@pytest.mark.parametrize("function", UNNAMED.values(), ids=UNNAMED)
def test_what_has_no_name_that_is_its_alone_wants_one(cloud: Cloud, function: Any) -> None:
    with pytest.raises(ConfigurationError, match=r'no name that is its alone: give one .*cached\(name="…"\)'):
        cloud.service().cached(ttl=60)(function)
    assert cloud.service().cached(name="mine")(function).cache_name.__self__  # type: ignore[attr-defined]


def test_partials_and_objects_work_with_a_name(cloud: Cloud) -> None:
    mem = cloud.service()
    power = mem.cached(name="power")(functools.partial(pow, 2))
    assert (power(3), mem.get(power.cache_name(3))) == (8, 8)
    assert mem.cached(name="loader")(Loader())("tea") == "tea"
    assert mem.cached(name="bound")(Loader().load)("tea") == ["tea"]


def test_an_object_that_is_called_asynchronously_is_awaited(cloud: Cloud) -> None:
    import asyncio

    loader = cloud.service().cached(name="loader")(AsyncLoader())
    assert asyncio.run(loader("tea")) == "tea"


@pytest.mark.parametrize("function", [numbers, Numbers(), functools.partial(numbers)])
def test_a_generator_is_refused(cloud: Cloud, function: Any) -> None:
    with pytest.raises(ConfigurationError, match="generator"):
        cloud.service().cached(name="numbers")(function)


@pytest.mark.parametrize("function", [5, None, classmethod(plain_decorator)])
def test_what_cannot_be_called_is_refused(cloud: Cloud, function: Any) -> None:
    with pytest.raises(ConfigurationError, match="cached decorates a function"):
        cloud.service().cached(name="a")(function)


def test_what_hides_its_parameters_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ConfigurationError, match="does not say which parameters"):
        cloud.service().cached(name="a")(dict.get if sys.version_info < (3, 10) else type)


def test_a_second_function_under_a_name_is_refused(cloud: Cloud) -> None:
    mem = cloud.service()
    mem.cached(name="mine")(price)
    mem.cached(name="mine", ttl=5)(price)
    with pytest.raises(
        ConfigurationError, match=r'"mine" is taken by \S+\.price \(test_cached.py:\d+\), so \S+\.order'
    ):
        mem.cached(name="mine")(order)
    cloud.service().cached(name="mine")(order)


def test_two_closures_of_one_function_are_two(cloud: Cloud) -> None:
    mem = cloud.service()

    def reader(tenant: str) -> Any:
        return mem.cached(name="load")(lambda key: f"{tenant}:{key}")

    reader("acme")
    with pytest.raises(ConfigurationError, match='"load" is taken'):
        reader("umbrella")


def test_functions_with_other_defaults_or_globals_are_two(cloud: Cloud) -> None:
    mem = cloud.service()
    modules: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "defaults": [
            ("def load(key, tenant='acme'): return tenant", {}),
            ("def load(key, tenant='umbrella'): return tenant", {}),
        ],
        "globals": [
            ("def load(key): return T", {"T": "acme"}),
            ("def load(key): return T", {"T": "umbrella"}),
        ],
    }
    for name, codes in modules.items():
        functions: list[Any] = []
        for code, scope in codes:
            exec(compile(code, "module.py", "exec"), scope)  # noqa: S102 - two modules with the same text
            functions.append(scope["load"])
        mem.cached(name=name)(functions[0])
        with pytest.raises(ConfigurationError, match="is taken"):
            mem.cached(name=name)(functions[1])


def test_a_module_that_is_loaded_again_has_the_same_functions(cloud: Cloud) -> None:
    mem = cloud.service()
    scope: dict[str, Any] = {}
    for _ in range(2):
        exec("def load(key): return key", scope)  # noqa: S102 - as importlib.reload does it
        mem.cached(name="load")(scope["load"])


def test_a_program_has_the_names_that_it_has_as_a_module(tmp_path: Path) -> None:
    program = tmp_path / "shop.py"
    program.write_text(
        "import memory\n"
        "conf = {'DISTRIBUTION': 'd1.cloudfront.net', 'BUCKET_NAME': 'values', 'REGION': 'us-east-1'}\n"
        "mem = memory.MemoryService(conf, 's')\n"
        "@mem.cached()\n"
        "def price(item): return item\n"
        "print(price.cache_name('tea'))\n"
    )
    commands = [["shop.py"], ["-m", "shop"], ["-c", "import shop"]]
    paths = [str(Path(__file__).parents[1] / "src"), str(tmp_path)]
    environment = {"PYTHONPATH": ":".join(paths)}
    printed = {
        subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for command in commands
    }
    assert len(printed) == 1
    assert printed.pop().startswith("cached/shop.price/")
    nameless = subprocess.run(
        [sys.executable, "-c", program.read_text()],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is of a program without a file" in nameless.stderr


def test_arguments_count_by_their_position(cloud: Cloud) -> None:
    name = cloud.service().cached()(order).cache_name
    assert name(1, 2, 3) == name(a=1, c=3, b=2) == name(1, 2, c=3)
    assert name(1, c=3) == name(1, 1, 3)  # what is left out before has its default
    assert len({name(1), name(1, 1), name(*[True]), name(1.0), name("1"), name([1]), name({"a": 1})}) == 7
    assert name({"a": 1, "b": 2}) == name({"b": 2, "a": 1})


def test_arguments_that_have_only_a_name_are_none_of_the_list(cloud: Cloud) -> None:
    mem = cloud.service()

    def load(*args: Any, **kwargs: Any) -> None:
        """Nothing."""

    name = mem.cached(name="load")(load).cache_name
    assert len({name(1, {"a": 1}), name(1, a=1), name(1), name({"a": 1}), name(a=1), name()}) == 6
    assert name(a=1, b=2) == name(b=2, a=1)


def test_arguments_that_cannot_be_stored_are_refused_with_their_path(cloud: Cloud) -> None:
    decorated = cloud.service().cached(name="f")(lambda item, *rest: [item, *rest])
    for arguments, path in (((1, 2, {3}), "$[2]"), (({"a": ()},), "$[0].a"), (("\ud800",), "$[0]")):
        with pytest.raises(UnsupportedTypeError) as raised:
            decorated(*arguments)
        assert raised.value.path == path


@pytest.mark.parametrize("name", ["", "a//b", "/a", "\ud800", "a" * 1000, 5])
def test_a_name_that_cannot_be_part_of_one_is_refused_at_once(cloud: Cloud, name: Any) -> None:
    with pytest.raises(InvalidNameError):
        cloud.service().cached(name=name)


def test_nothing_is_stored_among_the_results_by_hand(cloud: Cloud) -> None:
    mem = cloud.service()
    stores: list[Any] = [
        lambda name: mem.put(name, 1),
        lambda name: mem.put_many({"a": 1, name: 1}),
        lambda name: mem.update(name, lambda _: 1),
        mem.increment,
        lambda name: mem.get_or_put(name, lambda: 1),
        lambda name: mem.touch(name, 5),
    ]
    for store in stores:
        for name in ("cached/plan", f"cached/{'0' * 32}", f"cached/a/{'0' * 31}", f"cached/a/{'A' * 32}"):
            with pytest.raises(InvalidNameError, match="results of cached functions"):
                store(name)
    assert not cloud.requests
    mem.remove("cached/plan")
    assert (mem.get("cached/plan"), mem.clear("cached/"), list(mem.keys("cached/"))) == (None, 0, [])


def test_a_result_can_be_replaced_and_found_by_its_name(cloud: Cloud) -> None:
    mem = cloud.service()
    cached = mem.cached(ttl=60)(order)
    mem.put(cached.cache_name(1), "by hand")
    assert cached(1) == "by hand"
    mem.put("cachedness", 1)
    mem.put("cached", 1)
