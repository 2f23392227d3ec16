with

orders as (

    select
        *,
        {% for name in ['vendor_email', 'payment_terms'] %}
            row_number() over (
                partition by account_id, vendor_id
                order by
                    case when {{ name }} is null then 1 else 0 end,
                    sent_date desc nulls last,
                    purchase_order_id desc
            ) as {{ name }}_from_the_last,
        {% endfor %}
        row_number() over (
            partition by account_id, vendor_id
            order by sent_date desc nulls last, purchase_order_id desc
        ) as orders_from_the_last
    from {{ ref('purchase_orders') }}
    where order_type = 'po' and vendor_id is not null

),

catalog_vendors as (

    select
        account_id,
        vendor_id,
        max(vendor_email) as vendor_email
    from {{ ref('stg_inventory_planner__vendors') }}
    where deleted_at is null
    group by account_id, vendor_id

),

orders_summed_to_vendors as (

    select
        account_id,
        vendor_id,
        max(vendor_name) as vendor_name,
        max(case when vendor_email_from_the_last = 1 then vendor_email end) as vendor_email,
        max(case when payment_terms_from_the_last = 1 then payment_terms end) as payment_terms,
        max(case when orders_from_the_last = 1 then currency_code end) as last_currency_code,
        count(*) as count_orders,
        count(*) filter (where quantity_open > 0) as count_open_orders,
        count(distinct currency_code) as count_currencies,
        min(sent_date) as first_sent_date,
        max(sent_date) as last_sent_date
    from orders
    group by account_id, vendor_id

)

select

    -- ids
    vendors.account_id,
    vendors.vendor_id,

    -- text
    vendors.vendor_name,
    coalesce(vendors.vendor_email, catalog_vendors.vendor_email) as vendor_email,
    vendors.payment_terms,
    vendors.last_currency_code,

    -- numerics
    vendors.count_orders,
    vendors.count_open_orders,
    vendors.count_currencies,

    -- booleans
    vendors.last_sent_date > {{ days_after(as_of_date(), -365) }} as is_active,

    -- dates
    vendors.first_sent_date,
    vendors.last_sent_date

from orders_summed_to_vendors as vendors
left join catalog_vendors
    on
        vendors.account_id = catalog_vendors.account_id
        and vendors.vendor_id = catalog_vendors.vendor_id
