"""Functions on plain text: folding and tokens, numerals, markers, clauses, canonical forms, fingerprints.
Pure."""
