"""Random histories of many clients, and a judge that finds what they must not contain."""
