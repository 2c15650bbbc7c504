"""The domain: frozen records and pure functions over Chinese policy documents.

Nothing here knows a framework, a database, a clock or a network. Errors are in :mod:`policy.errors`;
dictionaries
of organs, regions, terms and topics are plain text in ``policy/data``.
"""
