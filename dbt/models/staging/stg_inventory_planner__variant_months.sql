select

    -- ids
    _account_id as account_id,
    variant_id,
    coalesce(nullif(warehouse, ''), '(all warehouses)') as stated_warehouse,

    -- numerics
    forecast as quantity_forecast,
    sales as quantity_sold,
    revenue,

    -- dates
    month as month_start

from {{ source('inventory_planner', 'variant_months') }}
