"""Leaving at once, the neutral page it leads to, and how to visit without leaving traces."""
