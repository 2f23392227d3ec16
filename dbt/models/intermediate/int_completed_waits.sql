with

completed_lines as (

    select *
    from {{ ref('purchase_order_lines') }}
    where
        is_placed
        and {{ days_between('completion_date', as_of_date()) }}
        between 0 and {{ var('lead_time_window_days') }}

),

waits as (

    select
        account_id,
        order_type,
        vendor_id,
        'promise' as counted_from,
        days_late as days_waited
    from completed_lines
    union all
    select
        account_id,
        order_type,
        vendor_id,
        'order' as counted_from,
        observed_lead_time_days as days_waited
    from completed_lines

),

waits_of_each_vendor_and_of_all as (

    select
        *,
        'vendor' as waits_of,
        coalesce(vendor_id, '(no vendor)') as waits_of_vendor_id
    from waits
    union all
    select
        *,
        'all' as waits_of,
        '(all vendors)' as waits_of_vendor_id
    from waits

)

select

    -- ids
    account_id,
    waits_of_vendor_id as vendor_id,

    -- text
    order_type,
    waits_of,
    counted_from,

    -- numerics
    days_waited,
    count(*) as count_lines

from waits_of_each_vendor_and_of_all
where days_waited is not null
group by account_id, waits_of_vendor_id, order_type, waits_of, counted_from, days_waited
