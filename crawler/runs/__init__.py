"""One run of a portal: its context, lease, child process, recorder, limits and kill switch; backfills and
imports."""
