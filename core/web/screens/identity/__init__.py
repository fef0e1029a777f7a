"""Signing in and out, the lock screen, one's own password: on the workplace and on the console."""
