"""`python -m memory_console.cost`: the calculator alone."""

from memory_console.cost.command import cost

if __name__ == "__main__":
    cost(prog_name="memory-service cost")
