"""Simulates two weeks of forty portals in a few minutes, with planned faults, and counts the faults reported.

=============  ===============================================================================
``words``      titles and clauses of invented policies
``world``      what each portal has published on each night: the truth
``faults``     the planned faults, drawn from a seed
``listings``   a listing of each family, as HTML, JSON or XML
``pages``      pages of articles in two templates, and error pages
``site``       forty servers on loopback that serve the world with its faults
``fortnight``  the nights: the real crawl and report with a simulated clock
``verdict``    compares reports and archive with plan and truth
=============  ===============================================================================
"""
