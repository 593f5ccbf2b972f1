"""The demo job fails unless its logs prove what it claims."""

from demos.evidence import Read, missing, reads

HIT = 'memory: get "var1" from edge (hit, age 3 s)'
MISS = 'memory: get "a \\"b\\"" from edge (miss)'
MEMORY = 'memory: get "var1" from memory\n'
BOTH = {("Python", "Node"), ("Node", "Python")}


def test_a_read_is_found_in_whatever_the_platform_puts_around_it() -> None:
    log = f"START\n[DEBUG]\t2026-11-23T05:00:00Z\tid\t{HIT}\nmemory: put\n{MISS}\n"
    assert reads(log) == [Read('"var1"', "edge", "hit", 3), Read('"a \\"b\\""', "edge", "miss", None)]


def test_a_read_from_memory_asked_no_edge() -> None:
    assert reads(MEMORY) == [Read('"var1"', "memory", "", None)]
    assert [str(read) for read in reads(MEMORY + HIT)] == [
        '"var1" from memory',
        '"var1" from the edge: hit, 3 s old',
    ]


def test_a_run_without_a_value_from_memory_says_so() -> None:
    assert missing(reads(HIT + MISS), signed=1, languages=BOTH) == ["a value from memory"]


def test_a_read_that_found_nothing_is_no_hit() -> None:
    assert reads('memory: get "a" from edge (error, no value)') == []


def test_a_run_with_everything_lacks_nothing() -> None:
    assert missing(reads(MEMORY + HIT + MISS), signed=1, languages=BOTH) == []


def test_a_run_without_a_hit_says_so() -> None:
    assert missing(reads(MEMORY + MISS), signed=1, languages=BOTH) == ["an edge hit with an age"]


def test_a_run_without_a_miss_says_so() -> None:
    assert missing(reads(MEMORY + HIT), signed=1, languages=BOTH) == ["an edge miss"]


def test_a_run_that_signed_nothing_says_so() -> None:
    assert missing(reads(MEMORY + HIT + MISS), signed=0, languages=BOTH) == ["a signed read"]


def test_a_run_in_one_direction_says_so() -> None:
    lacking = missing(reads(MEMORY + HIT + MISS), signed=1, languages={("Python", "Node")})
    assert lacking == ["values of Node read by Python"]
