"""The cost calculator: a model of hit ratios, a price list, and what the same traffic costs elsewhere."""
