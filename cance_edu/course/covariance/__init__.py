"""Latents that collapse, and the cure (lesson 03)."""
