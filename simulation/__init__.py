"""Two weeks of forty portals in some minutes, with faults that are planned, and a count of what was noticed.

=============  ===============================================================================
``words``      titles and clauses of policies that nobody issued
``world``      what each portal has published, night by night: the truth
``faults``     what goes wrong when, drawn from a seed
``listings``   a listing of each family, as HTML, JSON or XML
``pages``      an article's page in its template, and pages that are none
``site``       forty servers on loopback that show the world with its faults
``fortnight``  the nights: the real crawl, the real report, a clock of its own
``verdict``    report and archive against plan and truth
=============  ===============================================================================
"""
