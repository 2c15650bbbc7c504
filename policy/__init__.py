"""The domain: frozen records and pure functions over Chinese policy documents.

No module here imports a framework or a database, reads a clock or uses the network. The exceptions are in
:mod:`policy.errors`. The dictionaries of organs, regions, terms and topics are text files in ``policy/data``.
"""
