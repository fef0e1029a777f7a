"""Forgetting by the clock, erasure and export: the rules of the core's own rooms; plugins declare theirs."""
