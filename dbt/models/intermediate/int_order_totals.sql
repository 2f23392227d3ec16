with

orders as (

    select * from {{ ref('int_orders') }}

),

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

recorded_lines_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        sum(quantity_ordered_recorded) as quantity_ordered_recorded,
        sum(quantity_received_recorded) as quantity_received_recorded
    from {{ ref('int_lines') }}
    group by account_id, purchase_order_id

)

select

    -- ids
    orders.account_id,
    orders.purchase_order_id,

    -- numerics
    count(*) filter (where not lines.is_removed) as count_lines,
    count(lines.is_complete) as count_ordered_lines,
    count(*) filter (where lines.is_complete) as count_complete_lines,
    count(*) filter (where lines.quantity_received > 0) as count_received_lines,
    count(*) filter (where lines.quantity_ordered > lines.quantity_received)
        as count_missing_lines,
    count(*) filter (where lines.quantity_open > 0) as count_open_lines,
    count(*) filter (where not lines.is_removed and lines.unit_cost is null)
        as count_unpriced_lines,
    count(*) filter (where lines.is_due) as count_due_lines,
    count(*) filter (where lines.is_in_full) as count_in_full_lines,
    count(*) filter (where lines.is_on_time) as count_on_time_lines,
    count(*) filter (where lines.is_otif) as count_otif_lines,
    count(*) filter (where lines.is_overdue) as count_overdue_lines,
    coalesce(sum(lines.quantity_ordered), 0) as quantity_ordered,
    coalesce(sum(lines.basis_quantity), 0) as basis_quantity,
    coalesce(sum(lines.quantity_received), 0) as quantity_received,
    coalesce(sum(lines.quantity_received) filter (where lines.quantity_ordered > 0), 0)
        as quantity_received_of_ordered,
    coalesce(sum(lines.quantity_capped), 0) as quantity_capped,
    coalesce(sum(lines.quantity_open), 0) as quantity_open,
    coalesce(sum(lines.quantity_short), 0) as quantity_short,
    coalesce(sum(lines.quantity_canceled), 0) as quantity_canceled,
    coalesce(sum(lines.quantity_draft), 0) as quantity_draft,
    coalesce(sum(lines.quantity_ignored), 0) as quantity_ignored,
    coalesce(sum(lines.quantity_over), 0) as quantity_over,
    coalesce(sum(lines.basis_quantity) filter (where lines.is_due), 0) as quantity_due,
    coalesce(
        sum({{ capped('lines.quantity_by_promise', 'lines.basis_quantity') }})
        filter (where lines.is_due),
        0
    ) as quantity_on_time,
    coalesce(sum(lines.ordered_value), 0) as ordered_value,
    coalesce(sum(lines.received_value), 0) as received_value,
    coalesce(sum(lines.open_value), 0) as open_value,
    coalesce(sum(lines.open_value) filter (where lines.is_overdue), 0) as overdue_value,
    coalesce(sum(lines.short_value), 0) as short_value,
    coalesce(sum(lines.canceled_value), 0) as canceled_value,
    coalesce(sum(lines.over_value), 0) as over_value,
    coalesce(sum(lines.ignored_value), 0) as ignored_value,
    sum({{ money_product('lines.quantity_ordered', 'lines.unit_landed_cost') }})
        as ordered_landed_value,
    sum(lines.open_landed_value) as open_landed_value,
    sum(lines.ordered_value_reporting) as ordered_value_reporting,
    sum(lines.received_value_reporting) as received_value_reporting,
    sum(lines.open_value_reporting) as open_value_reporting,
    coalesce(max(recorded.quantity_ordered_recorded), 0) as quantity_ordered_recorded,
    coalesce(max(recorded.quantity_received_recorded), 0) as quantity_received_recorded,
    max(lines.days_late) as days_late,
    max(lines.days_overdue) as days_overdue,
    coalesce(sum(lines.unit_days_late), 0) as unit_days_late,

    -- dates
    min(lines.first_receipt_date) as first_receipt_date,
    max(lines.last_receipt_date) as last_receipt_date,
    case
        when count(lines.completion_date) = count(*) filter (where lines.quantity_ordered > 0)
            then max(lines.completion_date)
    end as completion_date

from orders
left join lines
    on
        orders.account_id = lines.account_id
        and orders.purchase_order_id = lines.purchase_order_id
left join recorded_lines_summed_to_orders as recorded
    on
        orders.account_id = recorded.account_id
        and orders.purchase_order_id = recorded.purchase_order_id
group by orders.account_id, orders.purchase_order_id
