with

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

pushes as (

    select
        stock_updates.account_id,
        stock_updates.purchase_order_id,
        stock_updates.variant_id,
        stock_updates.update_number,
        stock_updates.quantity_pushed,
        stock_updates.push_error,
        coalesce(
            stock_updates.is_for_destination,
            orders.order_type <> 'transfer' or stock_updates.quantity_pushed >= 0
        ) as is_for_destination
    from {{ ref('stg_inventory_planner__purchase_order_stock_updates') }} as stock_updates
    inner join {{ ref('int_orders') }} as orders
        on
            stock_updates.account_id = orders.account_id
            and stock_updates.purchase_order_id = orders.purchase_order_id

),

ranked_pushes as (

    select
        *,
        rank() over (
            partition by account_id, purchase_order_id, variant_id, is_for_destination
            order by update_number desc
        ) as updates_from_the_end
    from pushes

),

pushes_summed_to_variants as (

    select
        account_id,
        purchase_order_id,
        variant_id,
        sum(quantity_pushed) filter (where is_for_destination and push_error is null)
            as quantity_pushed,
        count(push_error) as count_push_errors,
        max(case when updates_from_the_end = 1 then push_error end) as push_error
    from ranked_pushes
    group by account_id, purchase_order_id, variant_id

),

pushes_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        count(*) filter (where is_for_destination) as count_pushes_to_destination
    from pushes
    group by account_id, purchase_order_id

),

lines_with_pushes as (

    select
        lines.*,
        variants.push_error,
        orders.count_pushes_to_destination,
        greatest(lines.quantity_received, 0) as quantity_to_push,
        coalesce(variants.quantity_pushed, 0) as quantity_pushed_of_variant,
        coalesce(variants.count_push_errors, 0) as count_push_errors,
        sum(greatest(lines.quantity_received, 0)) over (
            partition by lines.account_id, lines.purchase_order_id, lines.variant_id
            order by lines.line_number
            rows between unbounded preceding and current row
        ) as quantity_to_push_so_far
    from lines
    inner join pushes_summed_to_orders as orders
        on
            lines.account_id = orders.account_id
            and lines.purchase_order_id = orders.purchase_order_id
    left join pushes_summed_to_variants as variants
        on
            lines.account_id = variants.account_id
            and lines.purchase_order_id = variants.purchase_order_id
            and lines.variant_id = variants.variant_id

),

lines_with_missing_pushes as (

    select
        *,
        case
            when count_pushes_to_destination > 0
                then
                    least(
                        quantity_to_push,
                        greatest(quantity_to_push_so_far - quantity_pushed_of_variant, 0)
                    )
        end as quantity_not_pushed
    from lines_with_pushes

)

select

    -- ids
    account_id,
    purchase_order_line_id,
    purchase_order_id,
    variant_id,
    vendor_id,
    warehouse_id,

    -- text
    purchase_order_number,
    order_type,
    status,
    vendor_name,
    warehouse_name,
    sku,
    title,
    currency_code,
    push_error,

    -- numerics
    quantity_received,
    cast(quantity_to_push - quantity_not_pushed as decimal(18, 4)) as quantity_pushed,
    cast(quantity_not_pushed as decimal(18, 4)) as quantity_not_pushed,
    count_push_errors,
    {{ money_product('quantity_not_pushed', 'unit_cost') }} as not_pushed_value,
    {{ reporting_value(money_product('quantity_not_pushed', 'unit_cost'), 'exchange_rate') }}
        as not_pushed_value_reporting,

    -- booleans
    push_error is not null as is_push_failed,

    -- dates
    last_receipt_date

from lines_with_missing_pushes
