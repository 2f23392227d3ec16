# /// script
# [tool.marimo.display]
# theme = "system"
# locale = "en-CA"
# ///
"""The dashboard as a marimo app: `inventory-planner dashboard` serves it."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Inventory Planner")

with app.setup:
    from collections import deque

    import marimo as mo

    from inventory_planner_dashboard.address import (
        OpenTabs,
        hidden_receiver,
        parse_query,
        query_receiver,
        reported_query,
        tabs_in,
    )
    from inventory_planner_dashboard.cells import data_age, open_published
    from inventory_planner_dashboard.controls import filter_controls, query_of, selected_filters, shown_controls
    from inventory_planner_dashboard.freshness import freshness
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
def _():
    kept = deque(maxlen=3)  # what is shown, and what the browser still asks about until it has drawn that
    return (kept,)


@app.cell
def _():
    receiver = query_receiver()
    hidden_receiver(receiver)
    return (receiver,)


@app.cell
def _(receiver):
    current = parse_query(receiver.value)  # kept up to date below, for the controls over a newly published file
    get_tabs, set_tabs = mo.state(tabs_in(current))
    tabs = OpenTabs(get_tabs, set_tabs)
    return current, get_tabs, tabs


@app.cell
def _(file, get_version):
    get_version()
    published = open_published(file)
    return (published,)


@app.cell
def _(current, published):
    controls = filter_controls(published, current)
    search, basis, period, dates, vendors, warehouses, order_type = list(controls.values())[:7]
    currency, account, buyers, statuses, overdue, since = list(controls.values())[7:]
    mo.sidebar([menu(), mo.vstack(shown_controls(controls), gap=0.6)], width="17rem")
    return (
        account,
        basis,
        buyers,
        controls,
        currency,
        dates,
        order_type,
        overdue,
        period,
        search,
        since,
        statuses,
        vendors,
        warehouses,
    )


@app.cell
def _(get_minute, published):
    get_minute()
    mo.sidebar([data_age(published)], width="17rem")
    return


@app.cell
def _(get_minute, published):
    get_minute()
    freshness(published)
    return


@app.cell
def _(
    account,
    basis,
    buyers,
    controls,
    currency,
    current,
    dates,
    order_type,
    overdue,
    period,
    published,
    search,
    since,
    statuses,
    vendors,
    warehouses,
):
    elements = [search, basis, period, dates, vendors, warehouses, order_type]
    elements += [currency, account, buyers, statuses, overdue, since]
    filters = selected_filters(published, dict(zip(controls, elements, strict=True)))
    query = query_of(filters, published)
    current.clear()
    current.update(query)
    return filters, query


@app.cell
def _(get_tabs, query, receiver):
    reported_query({**query, **get_tabs()}, receiver.value)
    return


@app.cell
def _(filters, kept, published, query, tabs):
    kept.append(routes(apply_filters(published, filters, query, tabs)))  # marimo forgets what nothing refers to
    kept[-1]
    return


if __name__ == "__main__":
    app.run()
