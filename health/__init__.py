"""Health checks of runs against promises and history, the health history and the daily report. Pure."""
