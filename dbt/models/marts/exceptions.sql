{# The rules of int_exceptions, most urgent first: name, title, next step, is_connection_fault. #}
{%- set rules = [
    ('stale', 'Overdue with no activity', 'Ask the vendor; re-date or close it', false),
    ('overdue', 'Overdue', 'Ask the vendor for a new date', false),
    ('line_error', 'Line failed in Inventory Planner', 'Open the order and correct the line', false),
    ('no_promise', 'No expected date', 'Ask the vendor for a date', false),
    ('redated_after_due', 'Re-dated after it was due', 'Check that the new date holds', false),
    ('received_not_closed', 'All received, still open', 'Close the order', false),
    ('short_closed', 'Closed short', 'Claim or reorder the missing units', false),
    ('closed_unreceived', 'Closed without a receipt', 'Check that it is not coming', false),
    ('over_received', 'More received than ordered', 'Agree on the surplus with the vendor', false),
    ('unordered_receipt', 'Received but not ordered', 'Check the receipt', false),
    ('lowered_after_order', 'Lowered after ordering', 'Reorder the units if you need them', false),
    ('price_jump', 'Price jump', 'Check the price with the vendor', false),
    ('ignored', 'Given up, still open', 'Close the order', false),
    ('quantity_out_of_range', 'Impossible quantity', 'Correct the quantity', false),
    ('negative_quantity', 'Quantity below zero', 'Correct the quantity', false),
    ('discount_out_of_range', 'Impossible discount', 'Correct the discount', false),
    ('no_cost', 'No cost', 'Enter the cost', false),
    ('minimum_missed', 'Below the minimum quantity', 'Order the minimum', false),
    ('multiple_missed', 'Not in full packs', 'Order full packs', false),
    ('receipt_in_future', 'Receipt dated in the future', 'Correct the date of the receipt', false),
    ('receipt_without_date', 'Receipt without a date', 'Enter the date of the receipt', false),
    ('date_out_of_range', 'Impossible date', 'Correct the date of the order', false),
    ('date_unreadable', 'Unreadable date', 'Correct the date of the order', false),
    ('negative_lead_time', 'Received before it was ordered', 'Correct the dates', false),
    ('landed_below_cost', 'Landed cost below cost', 'Check the landed cost', false),
    ('unknown_status', 'Unknown status', 'Map the status in order_statuses.csv', false),
    ('reopened', 'Reopened', 'Check why it is open again', false),
    ('total_mismatch', 'Totals differ from the lines', 'Check the lines of the order', false),
    ('push_failed', 'Store refused a stock update', 'Push the stock again', true),
    ('not_pushed_to_store', 'Stock not sent to the store', 'Push the stock', true),
    ('not_saved_elsewhere', 'Not saved to a connected system', 'Save the order there again', true),
    ('unlinked_line', 'Unknown to other systems', 'Link the variant', true),
] -%}

with

findings as (

    select * from {{ ref('int_exceptions') }}

),

orders as (

    select * from {{ ref('purchase_orders') }}

),

rules as (
    {% for rule, title, next_step, is_connection_fault in rules %}
        select
            '{{ rule }}' as exception_rule,
            '{{ title }}' as exception_title,
            '{{ next_step }}' as next_step,
            {{ loop.index }} as urgency,
            {{ is_connection_fault }} as is_connection_fault
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select

        -- ids
        findings.account_id,
        findings.purchase_order_id,
        findings.purchase_order_line_id,
        orders.vendor_id,

        -- text
        findings.exception_rule,
        rules.exception_title,
        rules.next_step,
        findings.severity,
        findings.applies_to,
        orders.purchase_order_number,
        orders.order_type,
        orders.status,
        orders.vendor_name,
        orders.warehouse_name,
        orders.buyer,
        findings.sku,
        orders.currency_code,

        -- numerics
        rules.urgency,
        findings.value_at_stake,
        findings.value_at_stake_reporting,
        findings.days_overdue,

        -- booleans
        rules.is_connection_fault,
        orders.status_type not in ('closed', 'canceled')
        or coalesce(
            {{ days_between(
                local_date('orders.modified_at', 'orders.account_id'), as_of_date()
            ) }}
            <= {{ var('recent_finding_days') }},
            false
        ) as is_current,

        -- dates
        {{ as_of_date() }} as as_of_date

    from findings
    inner join orders
        on
            findings.account_id = orders.account_id
            and findings.purchase_order_id = orders.purchase_order_id
    left join rules on findings.exception_rule = rules.exception_rule

)

select * from final
