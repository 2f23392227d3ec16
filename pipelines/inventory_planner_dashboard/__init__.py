"""The dashboard: web pages over the published file, which `inventory-planner dashboard` serves.

It needs the extra `dashboard`. It reads the published marts and nothing else; `notebooks/dashboard.py` is the marimo
app that ties the modules together.
"""
