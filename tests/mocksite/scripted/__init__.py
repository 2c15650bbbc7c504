"""A portal whose list only a script makes."""
