"""The command line: `luwte …`, one file per command."""
