{# Each rule with its severity, where it applies, and the value at stake. #}
{%- set line_rules = [
    ('overdue', 'high', 'is_overdue', 'open_value'),
    ('line_error', 'high', 'has_error', 'ordered_value'),
    ('push_failed', 'high', 'is_push_failed', 'not_pushed_value'),
    ('not_pushed_to_store', 'medium', 'quantity_not_pushed > 0', 'not_pushed_value'),
    ('no_promise', 'medium', 'quantity_open > 0 and promise_current is null', 'open_value'),
    ('over_received', 'medium', 'quantity_ordered > 0 and is_over_received', 'over_value'),
    ('unordered_receipt', 'medium', 'quantity_ordered = 0 and quantity_received > 0', 'over_value'),
    ('short_closed', 'medium', 'quantity_short > 0', 'short_value'),
    ('price_jump', 'medium', 'is_price_jump', 'price_jump_value'),
    ('ignored', 'low', 'quantity_ignored > 0', 'ignored_value'),
    ('no_cost', 'medium', 'unit_cost is null', 'ordered_value'),
    ('minimum_missed', 'low', 'not is_minimum_met', 'ordered_value'),
    ('multiple_missed', 'low', 'not is_multiple_met', 'ordered_value'),
    ('negative_quantity', 'medium', 'is_quantity_negative', 'ordered_value'),
    ('landed_below_cost', 'low', 'unit_landed_cost < unit_cost', 'ordered_value'),
    ('negative_lead_time', 'low', 'is_lead_time_negative', 'received_value'),
] -%}
{%- set order_rules = [
    ('not_saved_elsewhere', 'high', 'count_failed_connections > 0', 'ordered_value'),
    ('received_not_closed', 'medium', "lifecycle_state = 'received_not_closed'", 'received_value'),
    ('closed_unreceived', 'medium', "lifecycle_state = 'closed_unreceived'", 'short_value'),
    ('redated_after_due', 'medium', 'count_promise_changes_after_due > 0', 'open_value'),
    ('stale', 'medium', 'is_stale', 'open_value'),
    ('unknown_status', 'medium', "status_type = 'unknown'", 'open_value'),
    ('reopened', 'low', 'count_reopenings > 0', 'open_value'),
    ('total_mismatch', 'low', 'not is_total_matched', 'ordered_value'),
] -%}

with

prices as (

    select * from {{ ref('price_history') }}

),

pushed_stock as (

    select * from {{ ref('pushed_stock') }}

),

lines as (

    select
        purchase_order_lines.*,
        pushed_stock.is_push_failed,
        pushed_stock.quantity_not_pushed,
        pushed_stock.not_pushed_value,
        abs(prices.price_change_rate) > {{ var('price_jump_threshold') }} as is_price_jump,
        abs(
            {{ exact_product(
                'prices.unit_cost - prices.previous_unit_cost',
                'purchase_order_lines.quantity_ordered'
            ) }}
        ) as price_jump_value
    from {{ ref('purchase_order_lines') }} as purchase_order_lines
    left join prices
        on
            purchase_order_lines.account_id = prices.account_id
            and purchase_order_lines.purchase_order_line_id = prices.purchase_order_line_id
    left join pushed_stock
        on
            purchase_order_lines.account_id = pushed_stock.account_id
            and purchase_order_lines.purchase_order_line_id = pushed_stock.purchase_order_line_id

),

open_lines as (

    select * from {{ ref('open_lines') }}

),

connections as (

    select * from {{ ref('stg_inventory_planner__purchase_order_connections') }}

),

open_lines_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        count(*) filter (where is_stale) as count_stale_lines
    from open_lines
    group by account_id, purchase_order_id

),

connections_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        count(*) filter (where connection_status = 'error') as count_failed_connections
    from connections
    group by account_id, purchase_order_id

),

orders as (

    select
        purchase_orders.*,
        connections_summed_to_orders.count_failed_connections,
        coalesce(purchase_orders.is_total_ordered_matched, true)
        and coalesce(purchase_orders.is_total_received_matched, true) as is_total_matched,
        open_lines_summed_to_orders.count_stale_lines > 0 as is_stale
    from {{ ref('purchase_orders') }} as purchase_orders
    left join open_lines_summed_to_orders
        on
            purchase_orders.account_id = open_lines_summed_to_orders.account_id
            and purchase_orders.purchase_order_id = open_lines_summed_to_orders.purchase_order_id
    left join connections_summed_to_orders
        on
            purchase_orders.account_id = connections_summed_to_orders.account_id
            and purchase_orders.purchase_order_id = connections_summed_to_orders.purchase_order_id

),

exceptions as (
    {% for rule, severity, condition, value in line_rules %}
        select
            account_id,
            purchase_order_id,
            purchase_order_line_id,
            vendor_id,
            '{{ rule }}' as exception_rule,
            '{{ severity }}' as severity,
            purchase_order_number,
            order_type,
            vendor_name,
            warehouse_name,
            sku,
            currency_code,
            {{ value }} as value_at_stake,
            exchange_rate,
            days_overdue
        from lines
        where {{ condition }}
        union all
    {%- endfor %}
    {%- for rule, severity, condition, value in order_rules %}
        select
            account_id,
            purchase_order_id,
            cast(null as varchar) as purchase_order_line_id,
            vendor_id,
            '{{ rule }}' as exception_rule,
            '{{ severity }}' as severity,
            purchase_order_number,
            order_type,
            vendor_name,
            warehouse_name,
            cast(null as varchar) as sku,
            currency_code,
            {{ value }} as value_at_stake,
            exchange_rate,
            days_overdue
        from orders
        where {{ condition }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select

        -- ids
        account_id,
        purchase_order_id,
        purchase_order_line_id,
        vendor_id,

        -- text
        exception_rule,
        severity,
        case when purchase_order_line_id is null then 'order' else 'line' end as applies_to,
        purchase_order_number,
        order_type,
        vendor_name,
        warehouse_name,
        sku,
        currency_code,

        -- numerics
        cast(value_at_stake as decimal(38, 6)) as value_at_stake,
        cast({{ exact_product('value_at_stake', 'exchange_rate') }} as decimal(38, 6))
            as value_at_stake_reporting,
        days_overdue,

        -- dates
        {{ as_of_date() }} as as_of_date

    from exceptions

)

select * from final
