with

routes as (

    select
        'lines' as route,
        account_id,
        currency_code,
        count(*) filter (where is_vendor_order and not is_removed) as count_lines,
        count(*) filter (where is_due) as count_due_lines,
        count(*) filter (where is_otif) as count_otif_lines,
        coalesce(sum(quantity_ordered) filter (where is_vendor_order), 0) as quantity_ordered,
        sum(quantity_received) as quantity_received,
        sum(quantity_open) as quantity_open,
        coalesce(sum(ordered_value) filter (where is_vendor_order), 0) as ordered_value,
        coalesce(sum(received_value), 0) as received_value,
        coalesce(sum(open_value), 0) as open_value
    from {{ ref('purchase_order_lines') }}
    where is_in_spend
    group by account_id, currency_code
    union all
    select
        'orders' as route,
        account_id,
        currency_code,
        coalesce(sum(count_lines) filter (where is_vendor_order), 0) as count_lines,
        sum(count_due_lines) as count_due_lines,
        sum(count_otif_lines) as count_otif_lines,
        coalesce(sum(quantity_ordered) filter (where is_vendor_order), 0) as quantity_ordered,
        sum(quantity_received) as quantity_received,
        sum(quantity_open) as quantity_open,
        coalesce(sum(ordered_value) filter (where is_vendor_order), 0) as ordered_value,
        sum(received_value) as received_value,
        sum(open_value) as open_value
    from {{ ref('purchase_orders') }}
    where is_in_spend
    group by account_id, currency_code
    union all
    select
        'scorecard' as route,
        account_id,
        currency_code,
        sum(count_lines) as count_lines,
        sum(count_due_lines) as count_due_lines,
        sum(count_otif_lines) as count_otif_lines,
        sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received,
        sum(quantity_open) as quantity_open,
        sum(ordered_value) as ordered_value,
        sum(received_value) as received_value,
        sum(open_value) as open_value
    from {{ ref('vendor_scorecard') }}
    where period = 'all'
    group by account_id, currency_code
    union all
    select
        'vendor months' as route,
        account_id,
        currency_code,
        sum(count_lines) as count_lines,
        sum(count_due_lines) as count_due_lines,
        sum(count_otif_lines) as count_otif_lines,
        sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received,
        sum(quantity_open) as quantity_open,
        sum(ordered_value) as ordered_value,
        sum(received_value) as received_value,
        sum(open_value) as open_value
    from {{ ref('vendor_months') }}
    group by account_id, currency_code

)

select
    account_id,
    currency_code,
    count(*) as count_routes
from routes
group by account_id, currency_code
having
    count(*) filter (where count_lines > 0 or quantity_received <> 0) not in (0, 4)
    or min(count_lines) <> max(count_lines)
    or min(count_due_lines) <> max(count_due_lines)
    or min(count_otif_lines) <> max(count_otif_lines)
    or min(quantity_ordered) <> max(quantity_ordered)
    or min(quantity_received) <> max(quantity_received)
    or min(quantity_open) <> max(quantity_open)
    or min(ordered_value) <> max(ordered_value)
    or min(received_value) <> max(received_value)
    or min(open_value) <> max(open_value)
