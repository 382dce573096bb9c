"""Noise contrastive estimation (lesson 05)."""
