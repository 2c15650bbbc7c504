"""Use cases, shared by the scheduler, the command line and whatever else lets people in.

A module here answers one question a person has ("run the night", "search", "what does this policy look like")
and returns records or the JSON shapes of :mod:`services.shapes`. It prints nothing and knows no command. What
a use case needs may be heavy, so modules are imported by name and nothing is exported from here.
"""
