with

lines as (

    select
        *,
        row_number() over (
            partition by account_id, variant_id
            order by sent_date desc nulls last, purchase_order_id desc, line_number desc
        ) as lines_from_the_last
    from {{ ref('purchase_order_lines') }}
    where not is_removed

),

items as (

    select * from {{ ref('stg_inventory_planner__purchase_order_items') }}

),

purchases as (

    select
        *,
        row_number() over (
            partition by account_id, variant_id
            order by sent_date desc nulls last, purchase_order_id desc, line_number desc
        ) as purchases_from_the_last
    from {{ ref('purchase_order_lines') }}
    where is_vendor_order and not is_removed

),

final as (

    select

        -- ids
        lines.account_id,
        lines.variant_id,
        purchases.vendor_id as last_vendor_id,

        -- text
        lines.sku,
        lines.title,
        items.barcode,
        items.product_type,
        purchases.vendor_name as last_vendor_name,
        purchases.currency_code as last_currency_code,

        -- numerics
        purchases.unit_cost as last_unit_cost,
        purchases.unit_landed_cost as last_unit_landed_cost,
        lines.unit_volume_cbm,

        -- dates
        purchases.sent_date as last_sent_date

    from lines
    inner join items
        on
            lines.account_id = items.account_id
            and lines.purchase_order_line_id = items.purchase_order_line_id
    left join purchases
        on
            lines.account_id = purchases.account_id
            and lines.variant_id = purchases.variant_id
            and purchases.purchases_from_the_last = 1
    where lines.lines_from_the_last = 1

)

select * from final
