# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""A tour of the marts: ten questions, answered in SQL. Open it with `marimo edit notebooks/tour.py`."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="A tour of the marts")


@app.cell
def _():
    import marimo as mo

    from inventory_planner_dashboard.published import attach, published_file

    return attach, mo, published_file


@app.cell
def _(mo):
    mo.md(
        """
        # A tour of the marts

        The published file holds the marts as tables in the schema `marts`, with a description of every table and
        column, which any client shows. Below are ten questions with their answers; change them, or add your own. A
        rate is one sum divided by another: never average rates. Sum money in one currency at a time.
        """
    )
    return


@app.cell
def _(attach, published_file):
    analytics = attach(published_file()).connection
    _ = analytics.execute("use published")
    return (analytics,)


@app.cell
def _(mo):
    mo.md("""## What is there?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select marts.table_name as mart, stored.estimated_size as rows, marts.table_comment as description
        from information_schema.tables as marts
        left join duckdb_tables() as stored
            on marts.table_schema = stored.schema_name and marts.table_name = stored.table_name
        where marts.table_schema = 'marts' order by mart
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 1. Which vendors deliver late?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select vendor_name, currency_code, otif_line_rate, count_due_lines, days_late_median, redated_order_rate, grade
        from marts.vendor_scorecard
        where period = '365'
        order by otif_line_rate, vendor_name
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 2. What is late, and what is it worth?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select vendor_name, currency_code, count(*) as lines, sum(quantity_open) as units,
            sum(open_value) as value, max(days_overdue) as days_overdue
        from marts.open_lines
        where is_overdue
        group by vendor_name, currency_code
        order by value desc
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 3. What arrives in the next four weeks, and where?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select week_start, warehouse_name, sum(quantity_expected) as promised, sum(quantity_forecast) as forecast
        from marts.incoming_stock
        where order_type = 'po' and week_start < as_of_date + 28
        group by week_start, warehouse_name
        order by week_start, warehouse_name
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 4. Which prices rose most in the last year?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select vendor_name, currency_code, sku, count(*) as rises, sum(price_variance) as paid_more,
            max(price_change_rate) as steepest_rise
        from marts.price_history
        where price_change_rate > 0 and sent_date > current_date - 365
        group by vendor_name, currency_code, sku
        order by paid_more desc
        limit 20
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 5. How many safety days does each vendor need to cover 95% of its deliveries?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select vendor_name, lead_time_basis, count(*) as variants, min(safety_days_95) as fewest,
            max(safety_days_95) as most
        from marts.vendor_lead_times
        group by vendor_name, lead_time_basis
        order by most desc nulls last, vendor_name
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 6. How do lead times compare with planned ones?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select vendor_name, count(*) as orders, avg(planned_lead_time_days) as planned,
            avg(observed_lead_time_days) as actual
        from marts.purchase_orders
        where is_vendor_order and observed_lead_time_days is not null
        group by vendor_name
        order by actual - planned desc
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 7. What was ordered and will never arrive?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select vendor_name, currency_code, count(*) as lines, sum(quantity_short) as units, sum(short_value) as value
        from marts.purchase_order_lines
        where is_vendor_order and quantity_short > 0
        group by vendor_name, currency_code
        order by value desc
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 8. Which orders can be closed?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select purchase_order_number, vendor_name, last_receipt_date, ordered_value, currency_code
        from marts.purchase_orders
        where lifecycle_state = 'received_not_closed'
        order by last_receipt_date, purchase_order_number
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 9. Which vendors does most of the money go to?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select currency_code, spend_rank, spend_name, abc_class, ordered_value, spend_share, cumulative_spend_share
        from marts.spend_concentration
        where spend_by = 'vendor' and period = '365' and value_basis = 'order'
        order by currency_code, spend_rank
        """,
        engine=analytics,
    )
    return


@app.cell
def _(mo):
    mo.md("""## 10. How much falls due, and when?""")
    return


@app.cell
def _(analytics, mo):
    _df = mo.sql(
        f"""
        select week_start, currency_code, payment_basis, count_orders, payable_value, open_value
        from marts.cash_calendar
        where count_orders > 0
        order by week_start nulls last, currency_code, payment_basis
        """,
        engine=analytics,
    )
    return


if __name__ == "__main__":
    app.run()
