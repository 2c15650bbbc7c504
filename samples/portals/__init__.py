"""Declarations of the sample portals; found by ``portal_packages = ["samples.portals"]``."""
