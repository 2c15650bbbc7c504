"""The life of a run: starting it, its lease, child process, recorder, statistics and kill switch; backfills,
imports and re-extraction."""
