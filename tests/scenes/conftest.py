"""Fixtures of the tests of films."""

from screening import screening

__all__ = ["screening"]
