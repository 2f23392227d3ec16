"""Axes, colours and tooltips that several charts share."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import altair as alt
import pyarrow as pa
import pyarrow.compute as pc
from altair.typing import Optional

from inventory_planner_dashboard.palette import CATEGORIES

UNITS: Final = ",.0f"
EXACT: Final = ",~f"
PERCENT: Final = ".0%"
MAX_WEEKS: Final = 520  # on one axis; a mistyped date can lie thousands of years away


def amount(field: str, title: str, channel: Any = alt.Y) -> Any:
    """An axis of units or money."""
    return channel(f"{field}:Q", title=title, axis=alt.Axis(format=EXACT, tickCount=5))


def vendors(sort: str | None) -> alt.Y:
    """An axis with a row for each vendor."""
    return alt.Y("vendor_name:N", title=None, sort=sort, axis=alt.Axis(labelLimit=170))


def months() -> alt.X:
    """An axis of the months in `report_month`."""
    axis = alt.Axis(format="%b %Y", labelAngle=0, labelOverlap=True)
    return alt.X("yearmonth(report_month):O", title=None, axis=axis)


def weeks(rows: pa.Table) -> alt.X:
    """An axis with every week from the first to the last."""
    domain = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in each_week(rows)]
    return alt.X("yearmonthdate(week_start):O", title=None, scale=alt.Scale(domain=domain), axis=day_axis())


def labelled_weeks(rows: pa.Table, before: str) -> alt.X:
    """The same for a column of labels `week`, of which one may stand `before` all weeks."""
    first = [before] if before in rows.column("week").to_pylist() else []
    domain = first + [week_label(day) for day in each_week(rows.filter(pc.field("week") != before))]
    axis = alt.Axis(labelAngle=0, labelOverlap=True)
    return alt.X("week:O", title=None, scale=alt.Scale(domain=domain), axis=axis)


def week_label(day: date) -> str:
    """The label of the week that begins on this day."""
    return f"{day:%Y-%m-%d}"


def each_week(rows: pa.Table) -> list[date]:
    """The weeks from the first to the last in `week_start`, also those without rows."""
    found = sorted({day for day in rows.column("week_start").to_pylist() if day})
    count = (found[-1] - found[0]).days // 7 + 1 if found else 0
    return [found[0] + timedelta(weeks=number) for number in range(count)] if count <= MAX_WEEKS else found


def day_axis() -> alt.Axis:
    """The labels of single days."""
    return alt.Axis(format="%Y-%m-%d", labelAngle=0, labelOverlap=True)


def slanted_axis() -> alt.Axis:
    """Long labels below a chart."""
    return alt.Axis(labelAngle=-45, labelOverlap=True, labelLimit=120)


def percent_axis(colour: Optional[str] = alt.Undefined) -> alt.Axis:
    """Shares; the title's colour distinguishes it from the other axis of a chart with two."""
    return alt.Axis(format=PERCENT, tickCount=5, titleColor=colour)


def tooltip(field: str, title: str, form: Optional[str] = alt.Undefined, **options: Any) -> alt.Tooltip:
    """A line of a tooltip."""
    if field.endswith(":T") and form is alt.Undefined:
        form = "%Y-%m" if field.startswith("yearmonth(") else "%Y-%m-%d"
    return alt.Tooltip(field, title=title, format=form, **options)


def colours(field: str, by_value: dict[str, str], columns: Optional[int] = alt.Undefined) -> alt.Color:
    """A colour for each known value; a legend that is too long for a phone gets columns."""
    scale = alt.Scale(domain=list(by_value), range=list(by_value.values()))
    return alt.Color(f"{field}:N", title=None, scale=scale, legend=alt.Legend(orient="top", columns=columns))


def categories(field: str) -> alt.Color:
    """A colour for each value, whatever they are."""
    legend = alt.Legend(orient="top", columns=3)
    return alt.Color(f"{field}:N", title=None, scale=alt.Scale(range=CATEGORIES), legend=legend)
