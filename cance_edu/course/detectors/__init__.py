"""The other detectors, on the course's small digits: all of them, and a small experiment each."""
