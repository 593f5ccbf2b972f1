"""Acceptance: the template, the demos and the guarantees, tried in a throw-away stack on AWS or on the local cloud."""
