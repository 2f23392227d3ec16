with

catalog as (

    select * from {{ ref('int_variant_warehouses') }}

),

main_vendors as (

    select * from {{ ref('int_variant_vendors') }}
    where vendor_position = 1

),

purchases as (

    select * from {{ ref('ordered_variants') }}

),

changes as (

    select
        order_lines.account_id,
        order_lines.variant_id,
        max(orders.modified_at) as changed_at
    from {{ ref('purchase_order_lines') }} as order_lines
    inner join {{ ref('purchase_orders') }} as orders
        on
            order_lines.account_id = orders.account_id
            and order_lines.purchase_order_id = orders.purchase_order_id
    group by order_lines.account_id, order_lines.variant_id

),

supply as (

    select
        account_id,
        variant_id,
        warehouse_key,
        {% for name, quantity, among in [
            ('on_order', 'quantity_open', "order_type <> 'transfer'"),
            ('in_assembly', 'quantity_open', "order_type = 'assembly'"),
            ('transfer_in', 'quantity_open', "order_type = 'transfer' and direction = 'in'"),
            ('transfer_out', 'quantity_open', "direction = 'out'"),
            ('dated', 'quantity_open', 'is_counted'),
            ('stale', 'quantity_open', "direction = 'in' and is_stale"),
            ('draft', 'quantity_draft', "order_type <> 'transfer'"),
            ('ignored', 'quantity_ignored', "order_type <> 'transfer'"),
        ] %}
            coalesce(sum({{ quantity }}) filter (where {{ among }}), 0) as quantity_{{ name }},
        {% endfor %}
        coalesce(sum(quantity_open) filter (where direction = 'in' and not is_counted), 0)
            as quantity_undated
    from {{ ref('int_variant_supply') }}
    group by account_id, variant_id, warehouse_key

),

variants as (

    select
        catalog.*,
        coalesce(main_vendors.vendor_id, purchases.last_vendor_id) as vendor_id,
        coalesce(main_vendors.vendor_name, purchases.last_vendor_name) as vendor_name,
        main_vendors.vendor_email,
        changes.changed_at > catalog.forecast_at as is_changed_since_forecast,
        {% for name in [
            'on_order', 'transfer_in', 'transfer_out', 'dated', 'undated', 'stale', 'in_assembly', 'draft',
            'ignored',
        ] %}
            coalesce(supply.quantity_{{ name }}, 0) as quantity_{{ name }},
        {% endfor %}
        coalesce(supply.quantity_on_order, 0) - catalog.quantity_on_order_api
            as on_order_difference
    from catalog
    left join main_vendors
        on
            catalog.account_id = main_vendors.account_id
            and catalog.variant_id = main_vendors.variant_id
    left join purchases
        on
            catalog.account_id = purchases.account_id
            and catalog.variant_id = purchases.variant_id
    left join changes
        on
            catalog.account_id = changes.account_id
            and catalog.variant_id = changes.variant_id
    left join supply
        on
            catalog.account_id = supply.account_id
            and catalog.variant_id = supply.variant_id
            and catalog.warehouse_key = supply.warehouse_key

),

final as (

    select
        *,
        case
            when on_order_difference is null then 'not stated'
            when on_order_difference = 0 then 'none'
            when -on_order_difference = quantity_draft then 'drafts'
            when -on_order_difference = quantity_transfer_in then 'transfers'
            when on_order_difference = quantity_in_assembly then 'assemblies'
            when -on_order_difference = quantity_ignored then 'ignored units'
            when is_changed_since_forecast then 'changed since'
            else 'unexplained'
        end as on_order_difference_reason,
        quantity_in_stock < 0 as is_stock_negative,
        {{ as_of_date() }} as as_of_date
    from variants

)

-- ids, text, numerics, booleans, dates, timestamps
select
    {% for name in [
        'account_id', 'variant_id', 'warehouse_id', 'vendor_id', 'merged_into_variant_id',
        'product_id', 'sku', 'title', 'product_title', 'barcode', 'brand', 'product_type', 'image',
        'warehouse_name', 'vendor_name', 'vendor_email', 'currency_code', 'abc_segment',
        'replenishment_notes', 'on_order_difference_reason', 'configured_lead_time_days',
        'api_lead_time_days', 'lead_time_days', 'days_of_stock', 'minimum_stock',
        'quantity_in_stock', 'quantity_on_order', 'quantity_on_order_api', 'on_order_difference',
        'quantity_transfer_in', 'quantity_transfer_out', 'quantity_dated', 'quantity_undated',
        'quantity_stale',
        'quantity_recommended', 'quantity_to_order', 'sells_out_in_days_api',
        'first_gap_in_days_api', 'stock_cover_days_api', 'days_out_of_stock_60_days',
        'quantity_overstocked_api', 'quantity_sold_30_days', 'quantity_sold_90_days',
        'quantity_sold_365_days', 'sales_velocity', 'selling_price', 'unit_cost', 'unit_landed_cost',
        'lost_revenue_api', 'overstocked_value_api', 'exchange_rate', 'is_removed', 'is_hidden',
        'is_planned', 'has_forecast_override', 'is_stock_negative', 'last_received_date',
        'replenish_date', 'as_of_date', 'forecast_at', 'synced_at',
    ] %}
        {{ name }},
    {% endfor %}
    deleted_at
from final
