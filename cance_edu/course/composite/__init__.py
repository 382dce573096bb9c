"""Composite features (lesson 04)."""
