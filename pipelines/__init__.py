"""Processing of a fetched article: clean text, boilerplate removal, metadata, attachments, comparison,
linking.

The sub-packages hold pure functions. Only the Scrapy item pipeline (:mod:`pipelines.archive_pipeline`) and
the consumers of the change feed (:mod:`pipelines.consumers`) access the storage.
"""
