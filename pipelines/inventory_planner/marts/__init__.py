"""From the raw tables to what readers open."""
