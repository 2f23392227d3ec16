{% set dates = [
    'created_date', 'expected_date', 'shipment_date', 'payment_date', 'received_date'
] -%}

with

orders as (

    select
        {%- for date in dates %}
            {{ plausible_date(date) }} as plausible_{{ date }},
        {%- endfor %}
        *
    from {{ ref('int_named_orders') }}

),

existing_orders as (

    select
        *,
        false
        {%- for date in dates %}
            or ({{ date }} is not null and plausible_{{ date }} is null)
        {%- endfor %} as has_implausible_date
    from orders
    where {{ is_order_existing('plausible_created_date', 'deleted_at') }}

),

history as (

    select * from {{ ref('int_order_history') }}

),

later_receipts as (

    select distinct
        account_id,
        purchase_order_id
    from {{ ref('stg_inventory_planner__purchase_order_receipts') }}
    where not ({{ is_known_by(plausible_date('receipt_date')) }})

),

final as (

    select

        -- ids
        orders.account_id,
        orders.purchase_order_id,
        orders.vendor_id,
        orders.warehouse_id,
        orders.source_warehouse_id,

        -- text
        orders.purchase_order_number,
        orders.order_type,
        {%- if is_as_of_date_past() %}
            coalesce(history.last_status, orders.status) as status,
            case
                when
                    coalesce(history.last_status_type, orders.status_type) = 'closed'
                    and coalesce(history.last_changed_date > {{ as_of_date() }}, true)
                    and later_receipts.purchase_order_id is not null
                    then 'active'
                else coalesce(history.last_status_type, orders.status_type)
            end as status_type,
        {%- else %}
            orders.status,
            orders.status_type,
        {%- endif %}
        orders.vendor_name,
        orders.warehouse_name,
        orders.source_name,
        orders.currency_code,
        orders.payment_terms,
        orders.vendor_email,
        orders.created_by,
        orders.buyer,

        -- numerics
        orders.total_ordered,
        orders.total_received,
        orders.order_total,
        orders.shipping_cost,
        orders.default_discount_pct,

        -- booleans
        orders.is_readonly,
        orders.is_discount_enabled,
        orders.has_implausible_date,
        orders.has_unreadable_date,
        {{ is_known_by('history.last_changed_date') }} as is_state_known,

        -- dates
        orders.plausible_created_date as created_date,
        {%- if is_as_of_date_past() %}
            case
                when history.purchase_order_id is null then orders.plausible_expected_date
                else history.last_expected_date
            end as expected_date,
        {%- else %}
            orders.plausible_expected_date as expected_date,
        {%- endif %}
        orders.plausible_shipment_date as shipment_date,
        orders.plausible_payment_date as payment_date,
        orders.plausible_received_date as received_date,

        -- timestamps
        orders.modified_at

    from existing_orders as orders
    left join history
        on
            orders.account_id = history.account_id
            and orders.purchase_order_id = history.purchase_order_id
    left join later_receipts  -- noqa: ST11
        on
            orders.account_id = later_receipts.account_id
            and orders.purchase_order_id = later_receipts.purchase_order_id

)

select * from final
