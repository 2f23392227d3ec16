{%- set wait_key -%}
    account_id || '|' || order_type || '|' || counted_from || '|' || waits_of || '|' || vendor_id
{%- endset -%}

with

open_lines as (

    select
        account_id,
        purchase_order_line_id,
        order_type,
        coalesce(vendor_id, '(no vendor)') as vendor_id,
        case when promise_current is null then 'order' else 'promise' end as counted_from,
        {{ days_between(
            'case when promise_current is null then sent_date else promise_date end', as_of_date()
        ) }} as days_waiting
    from {{ ref('purchase_order_lines') }}
    where quantity_open > 0

),

open_lines_of_each_vendor_and_of_all as (

    select
        *,
        'vendor' as waits_of
    from open_lines
    union all
    select
        account_id,
        purchase_order_line_id,
        order_type,
        '(all vendors)' as vendor_id,
        counted_from,
        days_waiting,
        'all' as waits_of
    from open_lines

),

open_lines_with_keys as (

    select
        *,
        {{ wait_key }} as wait_key
    from open_lines_of_each_vendor_and_of_all

),

distinct_waits as (

    select distinct
        wait_key,
        days_waiting
    from open_lines_with_keys

),

completed_waits as (

    select
        *,
        {{ wait_key }} as wait_key
    from {{ ref('int_completed_waits') }}

),

longer_waits as (

    select
        waiting.wait_key,
        waiting.days_waiting,
        completed_waits.days_waited - waiting.days_waiting as days_remaining,
        cast(
            sum(completed_waits.count_lines) over (
                partition by waiting.wait_key, waiting.days_waiting
            ) as integer
        ) as count_longer,
        sum(completed_waits.count_lines) over (
            partition by waiting.wait_key, waiting.days_waiting
            order by completed_waits.days_waited
        ) as count_up_to
    from distinct_waits as waiting
    inner join completed_waits
        on
            waiting.wait_key = completed_waits.wait_key
            and waiting.days_waiting < completed_waits.days_waited

),

remaining_waits as (

    select
        wait_key,
        days_waiting,
        max(count_longer) as count_longer,
        {{ percentile_of_counts('0.5', 'days_remaining', 'count_up_to', 'count_longer') }}
            as days_remaining_median,
        {{ percentile_of_counts('0.9', 'days_remaining', 'count_up_to', 'count_longer') }}
            as days_remaining_p90
    from longer_waits
    group by wait_key, days_waiting
    having max(count_longer) >= {{ var('min_sample') }}

),

open_lines_with_remaining_waits as (

    select
        waiting.account_id,
        waiting.purchase_order_line_id,
        waiting.waits_of,
        waiting.days_waiting,
        remaining_waits.count_longer,
        remaining_waits.days_remaining_median,
        remaining_waits.days_remaining_p90,
        row_number() over (
            partition by waiting.account_id, waiting.purchase_order_line_id
            order by case waiting.waits_of when 'vendor' then 1 else 2 end
        ) as sample_rank
    from open_lines_with_keys as waiting
    inner join remaining_waits
        on
            waiting.wait_key = remaining_waits.wait_key
            and waiting.days_waiting = remaining_waits.days_waiting

)

select

    -- ids
    account_id,
    purchase_order_line_id,

    -- text
    waits_of,

    -- numerics
    days_waiting,
    count_longer,
    days_remaining_median,
    days_remaining_p90

from open_lines_with_remaining_waits
where sample_rank = 1
