"""`python -m inventory_planner` is the command `inventory-planner`."""

from inventory_planner.cli.commands import main

main()
