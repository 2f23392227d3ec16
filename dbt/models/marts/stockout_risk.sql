with

gaps as (

    select * from {{ ref('int_stock_gaps') }}

),

-- the order that closes the first gap or, if none does, the one with the largest undated line
orders_to_act_on as (

    select
        supply.*,
        case when supply.is_counted then supply.forecast_receipt_date end as order_receipt_date,
        row_number() over (
            partition by supply.account_id, supply.variant_id, supply.warehouse_key
            order by supply.quantity_open desc, supply.purchase_order_line_id desc
        ) as place
    from {{ ref('int_variant_supply') }} as supply
    inner join gaps
        on
            supply.account_id = gaps.account_id
            and supply.variant_id = gaps.variant_id
            and supply.warehouse_key = gaps.warehouse_key
            and gaps.first_gap_in_days is not null
    where
        supply.direction = 'in'
        and supply.quantity_open > 0
        and case
            when gaps.gap_end_in_days is null
                then
                    not (supply.is_counted or supply.is_stale)
                    and supply.quantity_open >= gaps.quantity_short
            else supply.is_counted and supply.receipt_in_days = gaps.gap_end_in_days
        end

),

risks as (

    select
        variants.*,
        {% for name in [
            'demand_basis', 'demand_per_day', 'first_gap_in_days', 'gap_end_in_days',
            'next_gap_in_days', 'gap_days', 'quantity_short', 'quantity_lost', 'lasts_days',
        ] %}
            gaps.{{ name }},
        {% endfor %}
        case
            when gaps.gap_end_in_days is null then gaps.first_gap_in_days
            else gaps.next_gap_in_days
        end as open_gap_in_days,
        {{ units_value('gaps.quantity_lost', 'variants.selling_price') }} as revenue_at_risk,
        orders.purchase_order_id,
        orders.purchase_order_number,
        orders.vendor_name as order_vendor_name,
        orders.vendor_email as order_vendor_email,
        orders.order_receipt_date,
        case
            when gaps.first_gap_in_days is null
                then case when gaps.demand_basis = 'none' then 'unknown' else 'none' end
            when gaps.next_gap_in_days <= variants.lead_time_days then 'expedite and order'
            when gaps.gap_end_in_days is not null then 'expedite'
            when gaps.first_gap_in_days > variants.lead_time_days then 'order later'
            when orders.purchase_order_id is not null then 'get a date'
            else 'order now'
        end as recommended_action
    from {{ ref('variants') }} as variants
    inner join gaps
        on
            variants.account_id = gaps.account_id
            and variants.variant_id = gaps.variant_id
            and coalesce(variants.warehouse_id, '(all warehouses)') = gaps.warehouse_key
    left join orders_to_act_on as orders
        on
            variants.account_id = orders.account_id
            and variants.variant_id = orders.variant_id
            and coalesce(variants.warehouse_id, '(all warehouses)') = orders.warehouse_key
            and orders.place = 1

)

select

    -- ids
    account_id,
    variant_id,
    warehouse_id,
    vendor_id,
    purchase_order_id,

    -- text
    sku,
    title,
    warehouse_name,
    vendor_name,
    currency_code,
    demand_basis,
    recommended_action,
    purchase_order_number,
    order_vendor_name,
    order_vendor_email,

    -- numerics
    case
        when first_gap_in_days is not null
            then
                row_number() over (
                    partition by account_id, currency_code
                    order by
                        case when first_gap_in_days is null then 1 else 0 end asc,
                        revenue_at_risk desc nulls last,
                        quantity_lost desc,
                        first_gap_in_days asc, variant_id asc, warehouse_id asc
                )
    end as priority,
    quantity_in_stock,
    demand_per_day,
    quantity_dated,
    quantity_undated,
    quantity_transfer_out,
    lead_time_days,
    first_gap_in_days,
    gap_days,
    quantity_short,
    quantity_lost,
    revenue_at_risk,
    {{ reporting_value('revenue_at_risk', 'exchange_rate') }} as revenue_at_risk_reporting,
    gap_end_in_days - first_gap_in_days as days_after_gap,
    lasts_days,
    lasts_days + case when gap_end_in_days is null then 0 else first_gap_in_days end
        as sells_out_in_days,
    sells_out_in_days_api,
    first_gap_in_days_api,
    lost_revenue_api,

    -- booleans
    is_stock_negative,

    -- dates
    {{ days_after(as_of_date(), 'first_gap_in_days') }} as first_gap_date,
    {{ days_after(as_of_date(), 'gap_end_in_days') }} as gap_end_date,
    order_receipt_date,
    case
        when open_gap_in_days is not null
            then {{ days_after(as_of_date(), 'greatest(open_gap_in_days - lead_time_days, 0)') }}
    end as order_by_date,
    as_of_date

from risks
