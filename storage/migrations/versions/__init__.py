"""The steps from one release's tables to the next, one module each, named by their number."""
