with

receipts as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key,
        {{ start_of('month', 'receipt_date') }} as receipt_month
    from {{ ref('goods_receipts') }}
    where order_type = 'po'

),

receipts_summed_to_months as (

    select
        account_id,
        vendor_key,
        warehouse_key,
        currency_code,
        receipt_month,
        max(coalesce(vendor_name, vendor_key)) as vendor_name,
        max(coalesce(warehouse_name, warehouse_key)) as warehouse_name,
        count(*) as count_receipts,
        count(distinct purchase_order_id) as count_orders,
        sum(quantity_received) as quantity_received,
        coalesce(sum(received_value), 0) as received_value,
        coalesce(sum(received_landed_value), 0) as received_landed_value,
        {{ sum_of_reporting('received_value') }} as received_value_reporting,
        count(*) filter (where received_value is null) as count_unpriced_receipts
    from receipts
    group by account_id, vendor_key, warehouse_key, currency_code, receipt_month

)

select

    -- ids
    account_id,
    vendor_key as vendor_id,
    warehouse_key as warehouse_id,

    -- text
    vendor_name,
    warehouse_name,
    currency_code,

    -- numerics
    count_receipts,
    count_orders,
    count_unpriced_receipts,
    quantity_received,
    sum(quantity_received) over months_to_date as quantity_received_to_date,
    received_value,
    sum(received_value) over months_to_date as received_value_to_date,
    received_landed_value,
    received_value_reporting,

    -- dates
    receipt_month,
    {{ as_of_date() }} as as_of_date

from receipts_summed_to_months
window
    months_to_date as (
        partition by account_id, vendor_key, warehouse_key, currency_code
        order by receipt_month asc nulls last
        rows between unbounded preceding and current row
    )
