"""The blocking client of v0."""
