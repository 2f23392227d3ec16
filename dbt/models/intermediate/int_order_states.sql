{{ config(materialized='ephemeral') }}

select

    -- ids
    account_id,
    purchase_order_id,
    vendor_id,

    -- text
    status,
    currency_code,
    expected_date_key,

    -- numerics
    total_ordered,
    total_received,
    order_total,

    -- dates
    expected_date,

    -- timestamps
    modified_at,
    deleted_at,
    synced_at

from {{ ref('int_named_orders') }}
