"""What a policy document states: its number, issuers, dates, period of force, references, outline and topics.

Pure functions from words to records, each value with the words it was read from.
"""
