"""How current the data is, and whether the account answers."""
