with

versions as (

    select
        *,
        row_number() over order_versions as version_number,
        lag(status) over order_versions as previous_status,
        lag(expected_date) over order_versions as previous_promise
    from {{ ref('int_order_versions') }}
    where {{ is_known_by('first_date') }}
    window order_versions as (partition by account_id, purchase_order_id order by seen_at)

),

orders as (

    select * from {{ ref('purchase_orders') }}

)

select

    -- ids
    versions.account_id,
    versions.purchase_order_id,

    -- text
    orders.purchase_order_number,
    orders.order_type,
    orders.vendor_name,
    orders.currency_code,
    versions.status,
    versions.previous_status,

    -- numerics
    versions.version_number,
    {{ days_between('versions.previous_promise', 'versions.expected_date') }} as promise_slip_days,

    -- booleans
    versions.previous_promise is not null
    and coalesce(versions.expected_date <> versions.previous_promise, true) as is_redated,

    -- dates
    versions.expected_date as promise,
    versions.previous_promise,
    versions.first_date as seen_date

from versions
inner join orders
    on
        versions.account_id = orders.account_id
        and versions.purchase_order_id = orders.purchase_order_id
where
    versions.version_number = 1
    or versions.status <> versions.previous_status
    or not coalesce(
        versions.expected_date = versions.previous_promise,
        versions.expected_date is null and versions.previous_promise is null
    )
