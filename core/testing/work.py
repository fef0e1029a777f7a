"""Proof of work as a page does it, for tests and measurements in which very many begin at once."""

from core.crypto.proof_of_work import solve

__all__ = ["solve"]
