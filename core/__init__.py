"""Luwte's core: keeps organisations apart and people anonymous; services come from plugins."""
