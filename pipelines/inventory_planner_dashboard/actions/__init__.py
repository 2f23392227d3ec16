"""Actions on the pages that change the account, offered only by `inventory-planner dashboard --allow-writes`."""
