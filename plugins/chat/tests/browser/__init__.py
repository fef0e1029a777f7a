"""Tests with real browsers."""
