"""Text as such: folding and tokens, numerals, markers, clauses, canonical forms and fingerprints.

Pure functions from strings to values; nothing here knows what kind of document it reads.
"""
