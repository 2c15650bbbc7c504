"""What a crawl costs beside plain Scrapy: its start, each page, and an archive that grows."""
