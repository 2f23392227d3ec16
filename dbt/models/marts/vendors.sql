with

orders as (

    select * from {{ ref('purchase_orders') }}

),

orders_summed_to_vendors as (

    select

        -- ids
        account_id,
        vendor_id,

        -- text
        max(vendor_name) as vendor_name,

        -- numerics
        count(*) as count_orders,
        count(*) filter (where quantity_open > 0) as count_open_orders,
        count(distinct currency_code) as count_currencies,

        -- booleans
        max(sent_date) > {{ days_after(as_of_date(), -365) }} as is_active,

        -- dates
        min(sent_date) as first_sent_date,
        max(sent_date) as last_sent_date

    from orders
    where order_type = 'po' and vendor_id is not null
    group by account_id, vendor_id

)

select * from orders_summed_to_vendors
