"""Finds the installed plugins, checks and registers what they declare, and asks them on occasions."""
