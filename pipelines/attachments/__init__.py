"""Text extraction from attached files: one reader per format, run in a child process with limits on time and
memory."""
