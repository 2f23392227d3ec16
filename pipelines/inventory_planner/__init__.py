"""Inventory Planner purchase orders, kept exact and current in DuckDB."""

__version__ = "0.1.0"
