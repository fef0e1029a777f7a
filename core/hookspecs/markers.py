"""The marks that pluggy looks for: on a hook's description here, and on its implementation in a plugin."""

import pluggy

PROJECT = "luwte"

hookspec = pluggy.HookspecMarker(PROJECT)
"""Marks the description of a hook."""
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin's `hooks.py` as the implementation of the hook with its name."""
