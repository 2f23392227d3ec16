select

    -- ids
    _account_id as account_id,
    variant_id,
    coalesce(nullif(warehouse, ''), '(all warehouses)') as stated_warehouse,

    -- numerics
    in_stock as quantity_in_stock,
    purchase_orders_qty as quantity_on_order_api,
    replenishment as quantity_recommended,
    lead_time as lead_time_days,
    review_period as days_of_stock,
    avg_lead_time as lead_time_days_api,
    oos as sells_out_in_days_api,
    last_30_days_sales as quantity_sold_30_days,
    forecast as quantity_forecast,
    forecast_next_month as quantity_forecast_next_month,

    -- dates
    day as changed_date

from {{ source('inventory_planner', 'variant_history') }}
