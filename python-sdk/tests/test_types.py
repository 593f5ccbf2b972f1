"""What type checkers know of users' programs. They check it with the tests; nobody calls what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import memory

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import memory_service
    from typing_extensions import assert_type

    def cached(mem: memory.MemoryService) -> object:
        @mem.cached(ttl=60)
        def price(item: str, count: int = 1) -> int:
            return len(item) * count

        @mem.cached(ttl=60, name="load")
        async def load(item: str) -> list[str]:
            return [item]

        mem.remove(price.cache_name("tea"))
        assert_type(price.cache_name("tea", 2), str)
        assert_type(price("tea", count=2), int)
        awaitable: Callable[[str], Awaitable[list[str]]] = load
        assert_type(mem.cached(name="double")(lambda: 5)(), int)
        price(5)  # type: ignore[arg-type]
        price.cache_name(5)  # type: ignore[arg-type]
        wrong: str = price("tea")  # type: ignore[assignment]
        kept: memory.CachedFunction[[str], list[str]] = mem.cached(name="words")(words)
        assert_type(kept("a b"), list[str])
        return wrong, awaitable

    def words(text: str) -> list[str]:
        return text.split()

    def computed(mem: memory.MemoryService) -> None:
        assert_type(mem.get_or_put("n", lambda: 5, ttl=60), int)
        assert_type(mem.get_or_put("n", lambda: words("a")), list[str])
        number: str = mem.get_or_put("n", lambda: 5)  # type: ignore[assignment]
        assert number

    def updated(mem: memory.MemoryService) -> None:
        def add(cart: list[str]) -> list[str]:
            return [*cart, "tea"]

        def add_in_place(cart: list[str]) -> None:
            cart.append("tea")

        assert_type(mem.update("cart", add, default=[]), list[str])
        assert_type(mem.update("cart", add_in_place, default=[]), Any)
        assert_type(mem.increment("n", ttl_if_new=60), int)
        assert_type(mem.touch("n", 60), "str | None")
        mem.update("cart", lambda cart: cart.append("tea"))

    def aliased(mem: memory_service.MemoryService) -> memory.MemoryService:
        return mem


def test_the_type_of_cached_functions_can_be_named() -> None:
    assert memory.CachedFunction.__module__ == "memory._cached"
