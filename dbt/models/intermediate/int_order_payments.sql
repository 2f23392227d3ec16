with

orders as (

    select
        orders.*,
        terms.due_from,
        terms.days_net
    from {{ ref('purchase_orders') }} as orders
    left join {{ ref('int_payment_terms') }} as terms
        on orders.payment_terms = terms.payment_terms
    where orders.is_in_spend

),

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

receipts as (

    select * from {{ ref('receipts') }}

),

goods as (

    select
        lines.account_id,
        lines.purchase_order_id,
        receipts.receipt_date,
        {{ money_product('receipts.quantity_kept', 'lines.unit_cost') }} as received_value,
        cast(0 as decimal(38, 6)) as open_value
    from lines
    inner join receipts
        on
            lines.account_id = receipts.account_id
            and lines.purchase_order_line_id = receipts.purchase_order_line_id
    where receipts.quantity_kept > 0
    union all
    select
        account_id,
        purchase_order_id,
        cast(null as date) as receipt_date,
        cast(0 as decimal(38, 6)) as received_value,
        open_value
    from lines
    where quantity_open > 0

),

goods_with_dates as (

    select
        goods.*,
        orders.promise_current,
        orders.sent_date,
        orders.due_from,
        orders.days_net,
        coalesce(goods.receipt_date, orders.promise_current) as arrival_date
    from goods
    inner join orders
        on
            goods.account_id = orders.account_id
            and goods.purchase_order_id = orders.purchase_order_id
    where orders.payment_date is null

),

goods_with_terms as (

    select
        *,
        case due_from
            when 'order' then sent_date
            when 'receipt' then {{ days_after('arrival_date', 'days_net') }}
            when 'end of month'
                then {{ days_after(end_of_month('arrival_date'), 'days_net') }}
        end as terms_date
    from goods_with_dates

),

goods_with_basis as (

    select
        *,
        coalesce(terms_date, promise_current, receipt_date) as due_date,
        case
            when terms_date is not null then 'terms'
            when promise_current is not null then 'expected_date'
            when receipt_date is not null then 'receipt_date'
            else 'none'
        end as payment_basis
    from goods_with_terms

),

final as (

    select
        account_id,
        purchase_order_id,
        payment_basis,
        coalesce(sum(received_value), 0) + coalesce(sum(open_value), 0) as payable_value,
        coalesce(sum(received_value), 0) as received_value,
        coalesce(sum(open_value), 0) as open_value,
        due_date
    from goods_with_basis
    group by account_id, purchase_order_id, payment_basis, due_date
    union all
    select
        account_id,
        purchase_order_id,
        'payment_date' as payment_basis,
        case
            when status_type <> 'canceled' and order_total > 0 then order_total
            else received_value + open_value
        end as payable_value,
        received_value,
        open_value,
        payment_date as due_date
    from orders
    where payment_date is not null and (status_type <> 'canceled' or quantity_received > 0)

)

select * from final
