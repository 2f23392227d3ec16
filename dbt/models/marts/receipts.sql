with

receipts as (

    select
        *,
        row_number() over (
            partition by account_id, purchase_order_line_id
            order by receipt_date asc nulls last, history_entry asc nulls last
        ) as receipt_number
    from {{ ref('int_receipts') }}

)

select

    -- ids
    account_id,
    purchase_order_line_id,
    purchase_order_id,
    variant_id,

    -- numerics
    receipt_number,
    history_entry,
    cast(quantity_received as decimal(18, 4)) as quantity_received,
    cast(
        sum(quantity_received) over (
            partition by account_id, purchase_order_line_id
            order by receipt_number
            rows between unbounded preceding and current row
        ) as decimal(18, 4)
    ) as quantity_received_to_date,

    -- booleans
    quantity_received < 0 as is_correction,
    is_reconstructed,

    -- dates
    receipt_date,

    -- timestamps
    received_at

from receipts
