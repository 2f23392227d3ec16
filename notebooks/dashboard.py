# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""The dashboard over the published file: `inventory-planner dashboard` serves it."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Inventory Planner", css_file="dashboard.css", html_head_file="dashboard.html")


@app.cell
def _():
    from datetime import UTC, datetime

    import duckdb
    import marimo as mo

    import choices
    import figures
    import pages
    import published

    return UTC, choices, datetime, duckdb, figures, mo, pages, published


@app.cell
def _(mo, published):
    file = published.published_file()
    get_version, set_version = mo.state(published.version(file))
    get_minute, set_minute = mo.state(0)
    return file, get_minute, get_version, set_minute, set_version


@app.cell
def _(file, mo, published, set_minute, set_version):
    mo.Thread(target=published.watch, args=(file, set_version, set_minute, mo.current_thread), daemon=True).start()
    return


@app.cell
def _(duckdb, file, get_version, mo, pages, published):
    mo.stop(get_version() is None, pages.no_file(str(file)))
    try:
        data, problem = published.attach(file), None
    except duckdb.Error as error:
        data, problem = None, pages.unreadable(error)
    mo.stop(problem is not None, problem)
    mo.stop(data.as_of is None, pages.empty_account())
    return (data,)


@app.cell
def _(choices, data):
    chosen = choices.choices(data)
    return (chosen,)


@app.cell
def _(chosen, mo, pages):
    mo.sidebar([pages.menu(), mo.vstack(list(chosen.elements.values()), gap=0.6)], width="16rem")
    return


@app.cell
def _(UTC, data, datetime, figures, get_minute, mo):
    get_minute()
    mo.sidebar([figures.data_age(data, datetime.now(UTC))])
    return


@app.cell
def _(choices, chosen, data, pages, published):
    pages.routes(published.view(data, choices.chosen(chosen.value, data)))
    return


if __name__ == "__main__":
    app.run()
