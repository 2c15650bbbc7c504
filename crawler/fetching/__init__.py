"""Everything between the spiders and the network: downloader middlewares, download handlers, throttle,
limits, robots.txt, SSRF guard, browser, replay and request log. Imports neither spiders nor runs."""
