{# What each check counts, of which rows it counts them, and in which relation. #}
{%- set checks = [
    ('orders', 'order_without_currency', "currency_code = 'XXX'", 'true'),
    ('orders', 'order_with_unknown_status', "status_type = 'unknown'", 'true'),
    ('orders', 'order_without_exchange_rate', 'exchange_rate is null',
        'count_lines > 0 and ' ~ reporting_currency('account_id') ~ ' is not null'),
    ('orders', 'order_without_lines', 'count_lines = 0', 'true'),
    ('orders', 'order_total_mismatch',
        'not (coalesce(is_total_ordered_matched, true) and coalesce(is_total_received_matched, true))',
        'is_total_ordered_matched is not null or is_total_received_matched is not null'),
    ('orders', 'open_order_without_promise', 'promise_current is null', 'is_on_order'),
    ('orders', 'vendor_order_without_vendor', 'vendor_id is null', 'is_vendor_order'),
    ('orders', 'original_promise_unknown', "promise_source <> 'snapshot'", 'promise_date is not null'),
    ('orders', 'past_order_state_unknown', 'not is_state_known', 'true'),
    ('orders', 'order_date_out_of_range', 'has_implausible_date', 'true'),
    ('orders', 'order_date_unreadable', 'has_unreadable_date', 'true'),
    ('lines', 'original_quantity_unknown', "quantity_original_source <> 'snapshot'", 'is_placed'),
    ('lines', 'line_without_cost', 'unit_cost is null', 'true'),
    ('lines', 'line_without_landed_cost', "landed_source = 'none'", 'true'),
    ('lines', 'line_without_volume', 'unit_volume_cbm is null', 'true'),
    ('lines', 'line_ordered_below_zero', 'is_quantity_negative', 'true'),
    ('lines', 'line_value_rounded', 'is_value_rounded', 'true'),
    ('lines', 'line_received_before_ordered', 'is_lead_time_negative', 'lead_time_days is not null'),
    ('receipts', 'receipt_reconstructed', 'is_reconstructed', 'true'),
    ('receipts', 'receipt_without_date', 'receipt_date is null', 'true'),
    ('receipts', 'receipt_is_correction', 'is_correction', 'true'),
    ('accounts', 'catalog_not_read', 'not is_catalog_read', 'true'),
    ('variants', 'variant_stock_negative', 'is_stock_negative', 'quantity_in_stock is not null'),
    ('variants', 'variant_without_lead_time', 'configured_lead_time_days is null', 'is_planned'),
    ('variants', 'variant_without_vendor', 'vendor_id is null', 'is_planned'),
    ('variants', 'variant_on_order_unexplained', "on_order_difference_reason = 'unexplained'",
        'quantity_on_order_api is not null and is_planned'),
    ('records', 'record_quarantined', 'is_quarantined', 'true'),
    ('records', 'order_excluded', 'is_excluded', 'true'),
] -%}

with

orders as (

    select * from {{ ref('purchase_orders') }}

),

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

receipts as (

    select * from {{ ref('receipts') }}

),

variants as (

    select * from {{ ref('variants') }}

),

catalogs as (

    select distinct account_id
    from variants

),

accounts as (

    select
        orders.account_id,
        count(catalogs.account_id) > 0 as is_catalog_read
    from orders
    left join catalogs
        on orders.account_id = catalogs.account_id
    group by orders.account_id

),

records as (

    select
        account_id,
        false as is_quarantined,
        false as is_excluded
    from orders
    union all
    select
        account_id,
        true as is_quarantined,
        false as is_excluded
    from {{ ref('stg_inventory_planner__quarantine') }}
    union all
    select
        account_id,
        false as is_quarantined,
        true as is_excluded
    from {{ ref('stg_inventory_planner__excluded_orders') }}

),

checked as (
    {% for relation, check, failing, among in checks %}
        select
            account_id,
            '{{ check }}' as check_name,
            '{{ relation }}' as checked_rows,
            count(*) as count_checked,
            count(*) filter (where {{ failing }}) as count_found
        from {{ relation }}
        where {{ among }}
        group by account_id
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

final as (

    select

        -- ids
        account_id,

        -- text
        check_name,
        checked_rows,
        cast({{ reporting_currency('account_id') }} as {{ type_string() }}) as reporting_currency,

        -- numerics
        count_checked,
        count_found,
        {{ rate('count_found', 'count_checked') }} as found_rate,

        -- dates
        {{ as_of_date() }} as as_of_date

    from checked

)

select * from final
