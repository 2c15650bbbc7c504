"""The fields of an article, each with the rule that found it, and the validation of the result."""
