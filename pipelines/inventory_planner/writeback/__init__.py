"""Decisions go back to the account: shown, confirmed, recorded, sent once."""
