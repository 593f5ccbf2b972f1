"""Lets `python -m memory_console` be the command `memory-service`."""

from memory_console.command import main

main()
