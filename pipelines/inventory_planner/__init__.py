"""Inventory Planner purchase orders, kept exact and current in DuckDB."""
