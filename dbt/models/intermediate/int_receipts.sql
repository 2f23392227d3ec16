{{ config(materialized='view') }}

with

lines as (

    select
        items.account_id,
        items.purchase_order_line_id,
        items.purchase_order_id,
        items.variant_id,
        {{ plausible_quantity('items.quantity_received') }} as quantity_received,
        orders.received_date,
        {{ local_date('orders.modified_at', 'orders.account_id') }} as modified_date
    from {{ ref('stg_inventory_planner__purchase_order_items') }} as items
    inner join {{ ref('int_orders') }} as orders
        on
            items.account_id = orders.account_id
            and items.purchase_order_id = orders.purchase_order_id
    where not items.is_removed

),

dated_entries as (

    select
        account_id,
        purchase_order_line_id,
        history_entry,
        {{ plausible_quantity('history_value') }} as history_value,
        {{ plausible_date('receipt_date') }} as receipt_date,
        case when {{ plausible_date('receipt_date') }} is not null then received_at end
            as received_at
    from {{ ref('stg_inventory_planner__purchase_order_receipts') }}

),

entries as (

    select
        *,
        coalesce(
            lag(history_value) over (
                partition by account_id, purchase_order_line_id
                order by receipt_date asc nulls last, history_entry asc
            ),
            0
        ) as previous_value,
        row_number() over (
            partition by account_id, purchase_order_line_id
            order by receipt_date desc nulls first, history_entry desc
        ) as entries_from_the_end
    from dated_entries

),

entries_summed_to_lines as (

    select
        account_id,
        purchase_order_line_id,
        sum(history_value) as sum_of_values,
        max(case when entries_from_the_end = 1 then history_value end) as last_value,
        min(history_value) as smallest_value,
        max(receipt_date) as last_receipt_date
    from entries
    group by account_id, purchase_order_line_id

),

lines_with_history as (

    select
        lines.*,
        histories.last_receipt_date,
        coalesce(histories.sum_of_values, 0) as sum_of_values,
        coalesce(
            histories.sum_of_values <> lines.quantity_received
            and histories.last_value = lines.quantity_received
            and histories.smallest_value >= 0,
            false
        ) as is_running_total
    from lines
    left join entries_summed_to_lines as histories
        on
            lines.account_id = histories.account_id
            and lines.purchase_order_line_id = histories.purchase_order_line_id

),

receipts as (

    select
        lines_with_history.account_id,
        lines_with_history.purchase_order_line_id,
        lines_with_history.purchase_order_id,
        lines_with_history.variant_id,
        entries.history_entry,
        case
            when lines_with_history.is_running_total
                then entries.history_value - entries.previous_value
            else entries.history_value
        end as quantity_received,
        false as is_reconstructed,
        lines_with_history.modified_date,
        entries.receipt_date,
        entries.received_at
    from lines_with_history
    inner join entries
        on
            lines_with_history.account_id = entries.account_id
            and lines_with_history.purchase_order_line_id = entries.purchase_order_line_id
    union all
    select
        account_id,
        purchase_order_line_id,
        purchase_order_id,
        variant_id,
        null as history_entry,
        quantity_received - sum_of_values as quantity_received,
        true as is_reconstructed,
        modified_date,
        coalesce(received_date, last_receipt_date) as receipt_date,
        null as received_at
    from lines_with_history
    where not is_running_total and quantity_received <> sum_of_values

)

select
    account_id,
    purchase_order_line_id,
    purchase_order_id,
    variant_id,
    history_entry,
    quantity_received,
    is_reconstructed,
    coalesce(receipt_date > {{ as_of_date() }}, false) as is_later,
    coalesce(receipt_date > {{ as_of_date() }} and {{ is_known_by('modified_date') }}, false)
        as is_in_future,
    receipt_date,
    received_at
from receipts
