{%- set tolerance = var('early_tolerance_days') -%}

-- The window of the vars has the scorecard's figures, if the seed has such a window.
with

windows as (

    select window_name
    from {{ ref('on_time_windows') }}
    where
        grace_days = {{ var('on_time_grace_days') }}
        and coalesce(early_days, -1) = {{ -1 if tolerance is none else tolerance }}

),

vendors as (

    select
        vendor_scorecard.*,
        windows.window_name
    from {{ ref('vendor_scorecard') }} as vendor_scorecard
    cross join windows

),

in_windows as (

    select * from {{ ref('vendor_on_time_windows') }}

)

select
    vendors.account_id,
    vendors.vendor_id,
    vendors.currency_code,
    vendors.period,
    vendors.window_name
from vendors
left join in_windows
    on
        vendors.account_id = in_windows.account_id
        and vendors.vendor_id = in_windows.vendor_id
        and vendors.currency_code = in_windows.currency_code
        and vendors.period = in_windows.period
        and vendors.window_name = in_windows.window_name
where
    vendors.count_due_lines <> coalesce(in_windows.count_due_lines, 0)
    or vendors.count_on_time_lines <> coalesce(in_windows.count_on_time_lines, 0)
    or vendors.count_otif_lines <> coalesce(in_windows.count_otif_lines, 0)
    or vendors.quantity_due <> coalesce(in_windows.quantity_due, 0)
    or vendors.quantity_on_time <> coalesce(in_windows.quantity_on_time, 0)
