"""What is made of a fetched article: clean text, boilerplate removal, metadata, attachments, comparison,
linking.

Pure functions in sub-packages; the Scrapy item pipeline (:mod:`pipelines.archive_pipeline`) and the
consumers of the
change feed (:mod:`pipelines.consumers`) are the only modules that reach the storage.
"""
