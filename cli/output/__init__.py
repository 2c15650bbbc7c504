"""Console output: tables, lines and progress bars on a terminal, JSON on stdout."""
