{{ config(materialized='view') }}

{# The rules: the rows that each checks, its name, severity, condition, and the value at stake. #}
{%- set rules = [
    ('lines', 'overdue', 'high', 'is_overdue', 'open_value'),
    ('lines', 'line_error', 'high', 'has_error', 'ordered_value'),
    ('lines', 'push_failed', 'high', 'is_push_failed', 'not_pushed_value'),
    ('lines', 'not_pushed_to_store', 'medium', 'quantity_not_pushed > 0', 'not_pushed_value'),
    ('lines', 'no_promise', 'medium', 'quantity_open > 0 and promise_current is null', 'open_value'),
    ('lines', 'over_received', 'medium', 'quantity_ordered > 0 and is_over_received', 'over_value'),
    ('lines', 'unordered_receipt', 'medium', 'quantity_ordered = 0 and quantity_received > 0', 'over_value'),
    ('lines', 'short_closed', 'medium', 'quantity_short > 0', 'short_value'),
    ('lines', 'lowered_after_order', 'medium', 'quantity_lowered > 0', 'lowered_value'),
    ('lines', 'receipt_in_future', 'medium', 'has_receipt_in_future', 'ordered_value'),
    ('lines', 'receipt_without_date', 'low', 'count_undated_receipts > 0', 'received_value'),
    ('lines', 'discount_out_of_range', 'medium', 'is_discount_implausible', 'ordered_value'),
    ('lines', 'quantity_out_of_range', 'high', 'is_quantity_implausible', 'ordered_value'),
    ('lines', 'price_jump', 'medium', 'is_price_jump', 'price_jump_value'),
    ('lines', 'ignored', 'low', 'quantity_ignored > 0', 'ignored_value'),
    ('lines', 'no_cost', 'medium', 'unit_cost is null', 'ordered_value'),
    ('lines', 'minimum_missed', 'low', 'not is_minimum_met', 'ordered_value'),
    ('lines', 'multiple_missed', 'low', 'not is_multiple_met', 'ordered_value'),
    ('lines', 'negative_quantity', 'medium', 'is_quantity_negative', 'ordered_value'),
    ('lines', 'landed_below_cost', 'low', 'unit_landed_cost < unit_cost', 'ordered_value'),
    ('lines', 'unlinked_line', 'medium', 'is_unlinked', 'open_value'),
    ('lines', 'negative_lead_time', 'low', 'is_lead_time_negative', 'received_value'),
    ('orders', 'not_saved_elsewhere', 'high', 'is_connection_failed', 'ordered_value'),
    ('orders', 'received_not_closed', 'medium', "lifecycle_state = 'received_not_closed'", 'received_value'),
    ('orders', 'closed_unreceived', 'medium', "lifecycle_state = 'closed_unreceived'", 'short_value'),
    ('orders', 'redated_after_due', 'medium', 'count_promise_changes_after_due > 0', 'open_value'),
    ('orders', 'stale', 'medium', 'is_stale', 'open_value'),
    ('orders', 'unknown_status', 'medium', "status_type = 'unknown'", 'open_value'),
    ('orders', 'date_out_of_range', 'medium', 'has_implausible_date', 'open_value'),
    ('orders', 'date_unreadable', 'medium', 'has_unreadable_date', 'open_value'),
    ('orders', 'reopened', 'low', 'count_reopenings > 0', 'open_value'),
    ('orders', 'total_mismatch', 'low', 'not is_total_matched', 'ordered_value'),
] -%}

with

prices as (

    select * from {{ ref('price_history') }}

),

pushed_stock as (

    select * from {{ ref('pushed_stock') }}

),

unlinked_lines as (

    select * from {{ ref('unlinked_lines') }}
    where is_main_reason

),

checks as (

    select * from {{ ref('int_order_checks') }}

),

lines as (

    select
        purchase_order_lines.*,
        pushed_stock.is_push_failed,
        pushed_stock.quantity_not_pushed,
        pushed_stock.not_pushed_value,
        unlinked_lines.account_id is not null as is_unlinked,
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
    left join unlinked_lines
        on
            purchase_order_lines.account_id = unlinked_lines.account_id
            and purchase_order_lines.purchase_order_line_id = unlinked_lines.purchase_order_line_id

),

orders as (

    select
        purchase_orders.*,
        cast(null as {{ type_string() }}) as purchase_order_line_id,
        cast(null as {{ type_string() }}) as sku,
        checks.count_stale_lines > 0 as is_stale,
        checks.count_failed_connections > 0 as is_connection_failed,
        coalesce(purchase_orders.is_total_ordered_matched, true)
        and coalesce(purchase_orders.is_total_received_matched, true) as is_total_matched
    from {{ ref('purchase_orders') }} as purchase_orders
    left join checks
        on
            purchase_orders.account_id = checks.account_id
            and purchase_orders.purchase_order_id = checks.purchase_order_id

),

exceptions as (
    {% for relation, rule, severity, condition, value in rules %}
        select

            -- ids
            account_id,
            purchase_order_id,
            purchase_order_line_id,

            -- text
            '{{ rule }}' as exception_rule,
            '{{ severity }}' as severity,
            '{{ "order" if relation == "orders" else "line" }}' as applies_to,
            sku,

            -- numerics
            cast({{ value }} as decimal(38, 6)) as value_at_stake,
            {{ reporting_value(value, 'exchange_rate') }} as value_at_stake_reporting,
            days_overdue

        from {{ relation }}
        where {{ condition }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from exceptions
