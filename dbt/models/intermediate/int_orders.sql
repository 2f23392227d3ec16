with

orders as (

    select * from {{ ref('int_known_orders') }}

),

history as (

    select * from {{ ref('int_order_history') }}

),

exchange_rates as (

    {{ exchange_rates_by_account() }}

),

exchange_rates_with_ends as (

    select
        *,
        lead(valid_from) over (
            partition by account_id, currency_code order by valid_from
        ) as next_valid_from
    from exchange_rates

),

orders_with_history as (

    select
        orders.*,
        orders.status_type not in ('draft', 'canceled') as is_placed,
        coalesce(history.activation_date, orders.created_date) as sent_date,
        history.activation_date is not null as is_activation_seen,
        coalesce(history.promise_original, orders.expected_date) as promise_original,
        history.promise_original is not null as is_promise_seen,
        coalesce(history.count_promise_changes, 0) as count_promise_changes,
        coalesce(history.count_promise_changes_after_due, 0) as count_promise_changes_after_due,
        coalesce(history.count_reopenings, 0) as count_reopenings,
        history.first_seen_date,
        history.closed_at as seen_closed_at
    from orders
    left join history
        on
            orders.account_id = history.account_id
            and orders.purchase_order_id = history.purchase_order_id

)

select

    -- ids
    orders.account_id,
    orders.purchase_order_id,
    orders.vendor_id,
    orders.warehouse_id,
    orders.source_warehouse_id,

    -- text
    orders.purchase_order_number,
    orders.order_type,
    orders.status,
    orders.status_type,
    orders.vendor_name,
    orders.warehouse_name,
    orders.source_name,
    orders.vendor_email,
    orders.created_by,
    orders.buyer,
    orders.payment_terms,
    orders.currency_code,
    case
        when orders.is_activation_seen then 'snapshot'
        when orders.created_date is not null then 'created'
    end as sent_date_source,
    case
        when '{{ var("promise_basis") }}' = 'original' and orders.is_promise_seen then 'snapshot'
        when orders.expected_date is not null then 'current'
    end as promise_source,
    case
        when orders.status_type <> 'closed' then null
        when orders.seen_closed_at is not null then 'snapshot'
        else 'modified'
    end as closed_at_source,

    -- numerics
    orders.count_promise_changes,
    orders.count_promise_changes_after_due,
    orders.count_reopenings,
    orders.total_ordered,
    orders.total_received,
    orders.order_total,
    orders.shipping_cost,
    orders.default_discount_pct,
    case
        when orders.currency_code = {{ reporting_currency('orders.account_id') }}
            then cast(1 as decimal(20, 12))
        when {{ reporting_currency('orders.account_id') }} is not null then exchange_rates.rate
    end as exchange_rate,

    -- booleans
    orders.is_placed,
    orders.is_placed and orders.order_type = 'po' as is_vendor_order,
    orders.status_type <> 'draft' and orders.order_type = 'po' as is_in_spend,
    orders.status_type in ('active', 'unknown') as is_on_order,
    orders.is_readonly,
    orders.is_discount_enabled,
    orders.has_implausible_date,
    orders.has_unreadable_date,
    orders.is_state_known,

    -- dates
    orders.sent_date,
    orders.created_date,
    case
        when '{{ var("promise_basis") }}' = 'original' then orders.promise_original
        else orders.expected_date
    end as promise_date,
    orders.promise_original,
    orders.expected_date as promise_current,
    orders.first_seen_date,
    orders.shipment_date,
    orders.payment_date,
    orders.received_date,

    -- timestamps
    orders.modified_at,
    case
        when orders.status_type = 'closed' then coalesce(orders.seen_closed_at, orders.modified_at)
    end as closed_at

from orders_with_history as orders
left join exchange_rates_with_ends as exchange_rates
    on
        orders.account_id = exchange_rates.account_id
        and orders.currency_code = exchange_rates.currency_code
        and orders.sent_date >= exchange_rates.valid_from
        and (
            exchange_rates.next_valid_from is null
            or orders.sent_date < exchange_rates.next_valid_from
        )
