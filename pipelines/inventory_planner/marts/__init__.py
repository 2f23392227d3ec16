"""From the raw tables to the published marts."""
