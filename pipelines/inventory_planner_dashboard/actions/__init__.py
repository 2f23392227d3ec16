"""Changes of the account from the pages, which only `inventory-planner dashboard --allow-writes` offers."""
