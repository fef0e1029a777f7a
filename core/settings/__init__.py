"""Typed settings per organisation: what the form shows and takes, and secret ones, sealed."""
