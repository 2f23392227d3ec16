# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""The dashboard as a marimo app: `inventory-planner dashboard` serves it."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Inventory Planner")

with app.setup:
    import marimo as mo

    from inventory_planner_dashboard.cells import data_age, open_published
    from inventory_planner_dashboard.controls import filter_controls, selected_filters
    from inventory_planner_dashboard.published import published_file, version, watch
    from inventory_planner_dashboard.routes import menu, routes
    from inventory_planner_dashboard.view import apply_filters


@app.cell
def _():
    file = published_file()
    get_version, set_version = mo.state(version(file))
    get_minute, set_minute = mo.state(0)
    mo.Thread(target=watch, args=(file, set_version, set_minute), daemon=True).start()
    return file, get_minute, get_version


@app.cell
def _(file, get_version):
    get_version()
    published = open_published(file)
    controls = filter_controls(published)
    mo.sidebar([menu(), mo.vstack(list(controls.elements.values()), gap=0.6)], width="16rem")
    return controls, published


@app.cell
def _(get_minute, published):
    get_minute()
    mo.sidebar([data_age(published)], width="16rem")
    return


@app.cell
def _(controls, published):
    routes(apply_filters(published, selected_filters(controls.value, published)))
    return


if __name__ == "__main__":
    app.run()
