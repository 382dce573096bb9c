"""Explorers without a kernel: their states on a grid of stops, in a page of their own."""
