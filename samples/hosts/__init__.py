"""The answers of the sample hosts: pure functions of path and night."""
