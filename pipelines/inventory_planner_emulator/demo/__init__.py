"""The demo account: an invented shop, eighteen months of its purchasing, and the days that follow."""
