with

lines as (

    select
        order_lines.*,
        coalesce(merged_variants.merged_into_variant_id, order_lines.variant_id)
            as supplied_variant_id
    from {{ ref('purchase_order_lines') }} as order_lines
    left join {{ ref('int_merged_variants') }} as merged_variants
        on
            order_lines.account_id = merged_variants.account_id
            and order_lines.variant_id = merged_variants.variant_id
    where
        order_lines.quantity_open > 0
        or order_lines.quantity_draft > 0
        or order_lines.quantity_ignored > 0

),

orders as (

    select * from {{ ref('purchase_orders') }}

),

open_lines as (

    select * from {{ ref('open_lines') }}

),

variants as (

    select * from {{ ref('int_variant_warehouses') }}

),

incoming as (

    select
        lines.*,
        'in' as direction,
        variants.warehouse_key
    from lines
    inner join variants
        on
            lines.account_id = variants.account_id
            and lines.supplied_variant_id = variants.variant_id
            and (
                lines.warehouse_id = variants.warehouse_id
                or (variants.warehouse_id is null and lines.order_type <> 'transfer')
                or (variants.is_only_row and lines.warehouse_id is null)
            )

),

outgoing as (

    select
        lines.*,
        'out' as direction,
        variants.warehouse_key
    from lines
    inner join orders
        on
            lines.account_id = orders.account_id
            and lines.purchase_order_id = orders.purchase_order_id
    inner join variants
        on
            lines.account_id = variants.account_id
            and lines.supplied_variant_id = variants.variant_id
            and orders.source_warehouse_id = variants.warehouse_id
    where lines.order_type = 'transfer'

),

both_ways as (

    select * from incoming
    union all
    select * from outgoing

)

select

    -- ids
    both_ways.account_id,
    both_ways.purchase_order_line_id,
    both_ways.supplied_variant_id as variant_id,
    both_ways.warehouse_key,
    both_ways.purchase_order_id,
    both_ways.vendor_id,

    -- text
    both_ways.direction,
    both_ways.purchase_order_number,
    both_ways.order_type,
    coalesce(both_ways.vendor_name, orders.source_name) as vendor_name,
    orders.vendor_email,

    -- numerics
    both_ways.quantity_open,
    both_ways.quantity_draft,
    both_ways.quantity_ignored,
    {{ days_between(as_of_date(), 'open_lines.forecast_receipt_date') }} as receipt_in_days,

    -- booleans
    both_ways.direction = 'in'
    and both_ways.quantity_open > 0
    and open_lines.forecast_receipt_date is not null
    and not open_lines.is_stale as is_counted,
    coalesce(open_lines.is_stale, false) as is_stale,

    -- dates
    open_lines.forecast_receipt_date

from both_ways
inner join orders
    on
        both_ways.account_id = orders.account_id
        and both_ways.purchase_order_id = orders.purchase_order_id
left join open_lines
    on
        both_ways.account_id = open_lines.account_id
        and both_ways.purchase_order_line_id = open_lines.purchase_order_line_id
