"""The kernels in plain Python: slow, for reading, and for tests to hold the compiled against."""
