"""The commands, one a module; a module and its command have one name."""
