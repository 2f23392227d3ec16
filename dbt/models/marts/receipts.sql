with

receipts as (

    select
        *,
        row_number() over (
            partition by account_id, purchase_order_line_id
            order by receipt_date asc nulls last, history_entry asc nulls last
        ) as receipt_number
    from {{ ref('int_receipts') }}
    where not is_later

),

receipts_to_date as (

    select
        *,
        sum(quantity_received) over (
            partition by account_id, purchase_order_line_id
            order by receipt_number
            rows between unbounded preceding and current row
        ) as quantity_received_to_date
    from receipts

),

receipts_with_lowest_level as (

    select
        *,
        min(quantity_received_to_date) over (
            partition by account_id, purchase_order_line_id
            order by receipt_number
            rows between current row and unbounded following
        ) as lowest_quantity_from_here
    from receipts_to_date

),

receipts_net_of_corrections as (

    select
        *,
        case
            when quantity_received > 0
                then
                    greatest(
                        lowest_quantity_from_here
                        - greatest(quantity_received_to_date - quantity_received, 0),
                        0
                    )
            else 0
        end as quantity_kept
    from receipts_with_lowest_level

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
    cast(quantity_received_to_date as decimal(18, 4)) as quantity_received_to_date,
    cast(quantity_kept as decimal(18, 4)) as quantity_kept,
    cast(
        sum(quantity_kept) over (
            partition by account_id, purchase_order_line_id
            order by receipt_number
            rows between unbounded preceding and current row
        ) as decimal(18, 4)
    ) as quantity_kept_to_date,

    -- booleans
    quantity_received < 0 as is_correction,
    is_reconstructed,

    -- dates
    receipt_date,

    -- timestamps
    received_at

from receipts_net_of_corrections
