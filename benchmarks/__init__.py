"""How fast, how small, how good, beside whom? Run ``python -m benchmarks --help``."""
