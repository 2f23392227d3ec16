"""The command line: click groups, terminal tables and logging set-up."""
