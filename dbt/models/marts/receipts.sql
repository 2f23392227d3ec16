with

orders as (

    select * from {{ ref('int_orders') }}

),

items as (

    select * from {{ ref('stg_inventory_planner__purchase_order_items') }}

),

history as (

    select * from {{ ref('stg_inventory_planner__purchase_order_receipts') }}

),

lines as (

    select
        items.account_id,
        items.purchase_order_line_id,
        items.purchase_order_id,
        items.variant_id,
        items.quantity_received,
        orders.received_date
    from items
    inner join orders
        on
            items.account_id = orders.account_id
            and items.purchase_order_id = orders.purchase_order_id
    where not items.is_removed

),

history_in_order as (

    select
        account_id,
        purchase_order_line_id,
        history_entry,
        receipt_date,
        received_at,
        history_value,
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
    from history

),

history_summed_to_lines as (

    select
        account_id,
        purchase_order_line_id,
        sum(history_value) as sum_of_values,
        max(case when entries_from_the_end = 1 then history_value end) as last_value,
        min(history_value - previous_value) as smallest_step,
        max(receipt_date) as last_receipt_date,
        count(*) as count_entries
    from history_in_order
    group by account_id, purchase_order_line_id

),

lines_with_history_kind as (

    select
        lines.*,
        history_summed_to_lines.last_receipt_date,
        history_summed_to_lines.count_entries,
        coalesce(history_summed_to_lines.sum_of_values, 0) as sum_of_values,
        coalesce(
            history_summed_to_lines.sum_of_values <> lines.quantity_received
            and history_summed_to_lines.last_value = lines.quantity_received
            and history_summed_to_lines.smallest_step >= 0,
            false
        ) as is_running_total
    from lines
    left join history_summed_to_lines
        on
            lines.account_id = history_summed_to_lines.account_id
            and lines.purchase_order_line_id = history_summed_to_lines.purchase_order_line_id

),

recorded as (

    select
        lines_with_history_kind.account_id,
        lines_with_history_kind.purchase_order_line_id,
        lines_with_history_kind.purchase_order_id,
        lines_with_history_kind.variant_id,
        history_in_order.history_entry,
        case
            when lines_with_history_kind.is_running_total
                then history_in_order.history_value - history_in_order.previous_value
            else history_in_order.history_value
        end as quantity_received,
        false as is_reconstructed,
        history_in_order.receipt_date,
        history_in_order.received_at
    from lines_with_history_kind
    inner join history_in_order
        on
            lines_with_history_kind.account_id = history_in_order.account_id
            and lines_with_history_kind.purchase_order_line_id
            = history_in_order.purchase_order_line_id

),

reconstructed as (

    select
        account_id,
        purchase_order_line_id,
        purchase_order_id,
        variant_id,
        cast(null as bigint) as history_entry,
        quantity_received - sum_of_values as quantity_received,
        true as is_reconstructed,
        coalesce(received_date, last_receipt_date) as receipt_date,
        cast(null as timestamptz) as received_at
    from lines_with_history_kind
    where not is_running_total and quantity_received <> sum_of_values

),

recorded_and_reconstructed as (

    select * from recorded
    union all
    select * from reconstructed

),

numbered as (

    select
        *,
        row_number() over (
            partition by account_id, purchase_order_line_id
            order by receipt_date asc nulls last, history_entry asc nulls last
        ) as receipt_number
    from recorded_and_reconstructed

),

final as (

    select

        -- ids
        account_id,
        purchase_order_line_id,
        purchase_order_id,
        variant_id,

        -- numerics
        receipt_number,
        history_entry,
        cast(quantity_received as decimal(18, 4)) as quantity_received,
        cast(
            sum(quantity_received) over (
                partition by account_id, purchase_order_line_id
                order by receipt_number
                rows between unbounded preceding and current row
            ) as decimal(18, 4)
        ) as quantity_received_to_date,

        -- booleans
        quantity_received < 0 as is_correction,
        is_reconstructed,

        -- dates
        receipt_date,

        -- timestamps
        received_at

    from numbered

)

select * from final
