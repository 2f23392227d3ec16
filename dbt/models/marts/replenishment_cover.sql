with

variants as (

    select
        *,
        coalesce(warehouse_id, '(all warehouses)') as warehouse_key,
        greatest(quantity_in_stock, 0) as quantity_available,
        quantity_on_order + quantity_transfer_in - quantity_stale as quantity_incoming,
        least(
            greatest(lead_time_days + coalesce(days_of_stock, 0), 1),
            {{ var('stockout_horizon_days') }}
        ) as planning_days
    from {{ ref('variants') }}
    where is_planned and quantity_in_stock is not null

),

last_orders as (

    select
        *,
        row_number() over (
            partition by account_id, variant_id, warehouse_key
            order by
                forecast_receipt_date desc nulls first,
                quantity_open desc,
                purchase_order_line_id desc
        ) as orders_from_the_last
    from {{ ref('int_variant_supply') }}
    where direction = 'in' and quantity_open > 0 and not is_stale

),

demand_in_planning_period as (

    select
        variants.account_id,
        variants.variant_id,
        variants.warehouse_key,
        sum(
            {{ as_wide_decimal('periods.demand_per_day') }}
            * greatest(least(variants.planning_days - periods.first_day, periods.count_days), 0)
        ) as quantity_demanded
    from variants
    inner join {{ ref('projected_stock') }} as periods
        on
            variants.account_id = periods.account_id
            and variants.variant_id = periods.variant_id
            and variants.warehouse_key = coalesce(periods.warehouse_id, '(all warehouses)')
    group by variants.account_id, variants.variant_id, variants.warehouse_key

),

covers as (

    select
        variants.*,
        demand.quantity_demanded,
        {{ rate('demand.quantity_demanded', 'variants.planning_days') }} as demand_per_day,
        cast(
            greatest(
                floor(
                    least(
                        variants.quantity_available
                        + variants.quantity_incoming
                        - demand.quantity_demanded
                        - coalesce(variants.minimum_stock, 0),
                        variants.quantity_incoming
                    )
                ),
                0
            ) as decimal(38, 4)
        ) as quantity_excess
    from variants
    inner join demand_in_planning_period as demand
        on
            variants.account_id = demand.account_id
            and variants.variant_id = demand.variant_id
            and variants.warehouse_key = demand.warehouse_key

)

select

    -- ids
    covers.account_id,
    covers.variant_id,
    covers.warehouse_id,
    covers.vendor_id,
    case when covers.quantity_excess > 0 then last_orders.purchase_order_id end
        as purchase_order_id,

    -- text
    covers.sku,
    covers.title,
    covers.warehouse_name,
    covers.vendor_name,
    covers.currency_code,
    case
        when covers.quantity_excess > 0 and covers.quantity_to_order > 0 then 'check'
        when covers.quantity_excess > covers.quantity_demanded then 'cancel'
        when covers.quantity_excess > 0 then 'push out'
        when covers.quantity_to_order > 0 then 'order'
        when covers.quantity_incoming > 0 then 'wait'
        else 'none'
    end as recommended_action,
    case when covers.quantity_excess > 0 then last_orders.purchase_order_number end
        as purchase_order_number,
    case when covers.quantity_excess > 0 then last_orders.vendor_name end as order_vendor_name,

    -- numerics
    covers.planning_days,
    covers.demand_per_day,
    covers.quantity_demanded,
    covers.minimum_stock,
    covers.quantity_in_stock,
    covers.quantity_incoming,
    covers.quantity_recommended,
    covers.quantity_to_order,
    {{ units_value('covers.quantity_to_order', 'covers.unit_cost') }} as to_order_value,
    {% set with_open = 'covers.quantity_available + covers.quantity_incoming' -%}
    {{ rate('covers.quantity_available', 'covers.demand_per_day') }} as cover_days,
    {{ rate(with_open, 'covers.demand_per_day') }} as cover_days_with_open_orders,
    {{ rate(
        with_open ~ ' + greatest(coalesce(covers.quantity_to_order, 0), 0)', 'covers.demand_per_day'
    ) }} as cover_days_with_recommendation,
    covers.quantity_excess,
    {{ units_value('covers.quantity_excess', 'covers.unit_cost') }}
        as excess_value,
    {{ reporting_value(
        units_value('covers.quantity_excess', 'covers.unit_cost'), 'covers.exchange_rate'
    ) }} as excess_value_reporting,
    covers.quantity_overstocked_api,
    covers.overstocked_value_api,

    -- dates
    case when covers.quantity_excess > 0 then last_orders.forecast_receipt_date end
        as order_receipt_date,
    covers.as_of_date

from covers
left join last_orders
    on
        covers.account_id = last_orders.account_id
        and covers.variant_id = last_orders.variant_id
        and covers.warehouse_key = last_orders.warehouse_key
        and last_orders.orders_from_the_last = 1
