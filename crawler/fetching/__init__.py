"""Between the spider and the network: middlewares, download handlers, throttling, robots.txt, the SSRF
guard, replay."""
