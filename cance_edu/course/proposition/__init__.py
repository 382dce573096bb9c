"""Proposition 3.1 and where it stops (lesson 02)."""
