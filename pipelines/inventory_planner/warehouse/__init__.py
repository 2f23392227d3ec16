"""The raw tables, the sync log, the quarantine and the build record; nothing here uses the network."""
