with

status_types as (

    select * from {{ ref('int_status_types') }}

),

versions as (

    select
        seen.account_id,
        seen.purchase_order_id,
        seen.first_date,
        seen.expected_date,
        coalesce(status_types.status_type, 'unknown') as status_type,
        lag(seen.expected_date) over order_versions as previous_expected_date,
        lag(status_types.status_type) over order_versions as previous_status_type,
        coalesce(lag(seen.first_date) over order_versions <> seen.first_date, true) as is_first,
        coalesce(lead(seen.first_date) over order_versions <> seen.first_date, true) as is_last
    from {{ ref('int_order_versions') }} as seen
    left join status_types
        on
            seen.account_id = status_types.account_id
            and upper(seen.status) = status_types.status_name
    window
        order_versions as (
            partition by seen.account_id, seen.purchase_order_id order by seen.seen_at
        )

),

days as (

    select
        account_id,
        purchase_order_id,
        first_date,
        max(case when is_last then expected_date end) as expected_date,
        max(case when is_last then status_type end) as status_type,
        max(case when is_first then coalesce(previous_expected_date, expected_date) end)
            as previous_expected_date,
        max(case when is_first then coalesce(previous_status_type, status_type) end)
            as previous_status_type
    from versions
    group by account_id, purchase_order_id, first_date

),

receipts_summed_to_days as (

    select
        account_id,
        purchase_order_id,
        receipt_date,
        sum(quantity_received) as quantity_received,
        sum(received_value) as received_value,
        {{ sum_of_reporting('received_value') }} as received_value_reporting
    from {{ ref('goods_receipts') }}
    where receipt_date is not null
    group by account_id, purchase_order_id, receipt_date

),

changes as (

    select
        account_id,
        purchase_order_id,
        case when status_type = 'canceled' then 'canceled' else 're-dated' end as change_kind,
        first_date as change_date,
        previous_expected_date as previous_promise,
        case when status_type <> 'canceled' then expected_date end as promise,
        cast(null as decimal(38, 4)) as quantity_received,
        cast(null as decimal(38, 6)) as received_value,
        cast(null as decimal(38, 6)) as received_value_reporting
    from days
    where
        (status_type = 'canceled' and previous_status_type <> 'canceled')
        or (status_type in ('active', 'unknown') and expected_date <> previous_expected_date)
    union all
    select
        account_id,
        purchase_order_id,
        'received' as change_kind,
        receipt_date as change_date,
        cast(null as date) as previous_promise,
        cast(null as date) as promise,
        quantity_received,
        received_value,
        received_value_reporting
    from receipts_summed_to_days

),

final as (

    select

        -- ids
        changes.account_id,
        changes.purchase_order_id,
        orders.vendor_id,

        -- text
        changes.change_kind,
        orders.purchase_order_number,
        orders.order_type,
        orders.status,
        orders.vendor_name,
        orders.warehouse_name,
        orders.buyer,
        orders.currency_code,

        -- numerics
        cast(
            case changes.change_kind
                when 're-dated' then orders.quantity_open
                when 'canceled' then orders.quantity_canceled
                else changes.quantity_received
            end as decimal(38, 4)
        ) as changed_quantity,
        case changes.change_kind
            when 're-dated' then orders.open_value
            when 'canceled' then orders.canceled_value
            else changes.received_value
        end as changed_value,
        case changes.change_kind
            when 're-dated' then orders.open_value_reporting
            when 'canceled'
                then {{ reporting_value('orders.canceled_value', 'orders.exchange_rate') }}
            else changes.received_value_reporting
        end as changed_value_reporting,
        {{ days_between('changes.previous_promise', 'changes.promise') }} as promise_slip_days,

        -- dates
        changes.previous_promise,
        changes.promise,
        changes.change_date,
        {{ as_of_date() }} as as_of_date

    from changes
    inner join {{ ref('purchase_orders') }} as orders
        on
            changes.account_id = orders.account_id
            and changes.purchase_order_id = orders.purchase_order_id
    where
        {{ days_between('changes.change_date', as_of_date()) }}
        between 0 and {{ var('open_history_days') }}

)

select * from final
