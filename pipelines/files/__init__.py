"""What the files of an article say: read in a child process, bounded in time and memory."""
