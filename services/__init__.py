"""Use cases, shared by the scheduler, the command line and whatever else lets people in.

A module here answers one question a person has ("run the night", "search", "what does this policy look like")
and returns records or the JSON shapes of :mod:`services.ops_shapes` and
:mod:`services.archive.archive_shapes`. It prints nothing and knows no command. What a use case needs may be
heavy, so modules are imported by name and nothing is exported from here.

A new entry point (``web/``) stands beside ``cli/``: declare its layer in ``pyproject.toml``; it makes JSON of
the shapes with :func:`services.ops_shapes.jsonable`, as the ``default`` of :func:`json.dumps`.
"""
