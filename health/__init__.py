"""Whether a run and a night are well: checks against promises and history, the daily report. Pure."""
