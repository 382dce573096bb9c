"""The most likely reconstruction error (lesson 01)."""
