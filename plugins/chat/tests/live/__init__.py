"""Tests over real sockets against a real server."""
