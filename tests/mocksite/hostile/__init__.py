"""A portal whose every listing is bad in its own way."""
