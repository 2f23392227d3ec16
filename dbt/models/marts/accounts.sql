with

account_ids as (

    select account_id from {{ ref('stg_inventory_planner__purchase_orders') }}
    union
    select account_id from {{ ref('stg_inventory_planner__variants') }}
    union
    select account_id from {{ ref('stg_inventory_planner__warehouses') }}

)

select

    -- ids
    account_id,

    -- text
    {{ account_name('account_id') }} as account_name,
    {{ account_timezone('account_id') }} as account_timezone,
    {{ reporting_currency('account_id') }} as reporting_currency,

    -- dates
    {{ as_of_date() }} as as_of_date

from account_ids
