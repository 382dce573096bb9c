"""What the detector reaches and costs: `python -m tests.benchmarks [NAME ...]` (see README.md)."""
