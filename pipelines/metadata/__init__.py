"""Fields of an article, each with the rule that found it, and validation of the result."""
