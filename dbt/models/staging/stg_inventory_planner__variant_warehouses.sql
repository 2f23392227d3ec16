select

    -- ids
    _account_id as account_id,
    variant_id,
    warehouse as warehouse_id,

    -- figures
    {{ catalog_figures() }}

from {{ source('inventory_planner', 'variant_warehouses') }}
