"""Scrapy's settings that are the same for every run; ``crawler.runs.setup.run_settings`` has the others."""

from __future__ import annotations

BOT_NAME = "polarchive"
SPIDER_MODULES = ["crawler.spiders.portal_spider"]  # backfills are run by their class, not by name
NEWSPIDER_MODULE = "crawler.spiders"

# The client identifies itself. The contact is added from the configuration.
USER_AGENT = "polarchive/0.1 (policy archive)"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "polarchive"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/json,*/*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9",
    # encodings that every WARC reader can decode: warcio reads neither br nor zstd
    "Accept-Encoding": "gzip, deflate",
}
CONCURRENT_REQUESTS = 4
CONCURRENT_REQUESTS_PER_DOMAIN = 4
DOWNLOAD_DELAY = 0  # kept by crawler.fetching.throttle
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 20_000_000
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 2
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408, 429]
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # the run counts failures by reason
REDIRECT_MAX_TIMES = 5

# Every connection goes through the SSRF guard: no proxy, no other scheme.
TWISTED_DNS_RESOLVER = "crawler.fetching.handlers.GuardedResolver"
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
METAREFRESH_ENABLED = False
DOWNLOAD_HANDLERS = {
    "http": "crawler.fetching.handlers.ConnectHandler",
    "https": "crawler.fetching.handlers.ConnectHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}

# Scrapy's own components, all of them: it imports even those that are set to None, and with cookies, telnet
# and remote control come requests, twisted.conch and aiohttp. Ours replace some of the others.
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS_BASE = {
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
}
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.fetching.middlewares.BlockedPages": 40,
    "crawler.fetching.middlewares.PortalHosts": 60,
    "crawler.fetching.middlewares.Robots": 100,
    "crawler.fetching.rendering.Rendering": 110,
    "crawler.fetching.middlewares.AddressGuard": 560,
    "crawler.fetching.middlewares.Decode": 590,
    "crawler.fetching.middlewares.Redirects": 600,
    "crawler.runs.recorder.RawCapture": 950,
    "crawler.fetching.middlewares.Metering": 960,
}
EXTENSIONS = {
    "crawler.fetching.throttle.Throttle": 0,
    "crawler.fetching.handlers.EventLoopLag": 0,
    "crawler.runs.recorder.RunRecorder": 1,
}
ITEM_PIPELINES = {"pipelines.archive_pipeline.ArchivePipeline": 300}

# Scrapy starts this many tasks for every response; its default of 100 doubles the cost of a page.
CONCURRENT_ITEMS = 8
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # in the order of the listing
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the spider requests each article key once
WARN_ON_GENERATOR_RETURN_VALUE = False  # it reads the source of each callback
STATS_DUMP = False
LOG_LEVEL = "WARNING"
LOG_VERSIONS: list[str] = []
