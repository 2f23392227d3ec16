"""Where the tables are and what they remember; knows no network."""
