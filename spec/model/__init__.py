"""A model of the change record, which tries to break the bound of section 14."""
