"""Inventory Planner over HTTP; knows no table, no engine and no dlt."""
