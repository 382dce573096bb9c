"""Scores, thresholds and decisions (lesson 07)."""
