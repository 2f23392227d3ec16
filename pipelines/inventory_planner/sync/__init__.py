"""From the API to the raw tables."""
