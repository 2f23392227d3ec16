{# A line is open from the day its order was sent, until its receipts or the end of its order. -#}

with

orders as (

    select
        orders.account_id,
        orders.purchase_order_id,
        orders.sent_date,
        orders.promise_original,
        orders.default_discount_pct,
        orders.is_discount_enabled,
        history.first_seen_date,
        history.first_changed_date,
        history.first_status_type,
        history.first_status_type = 'closed'
        and not (
            orders.is_on_order and history.first_changed_date > {{ as_of_date() }}
        ) as is_closed_when_first_seen
    from {{ ref('int_orders') }} as orders
    inner join {{ ref('int_order_history') }} as history
        on
            orders.account_id = history.account_id
            and orders.purchase_order_id = history.purchase_order_id
    where
        history.first_status_type <> 'draft'
        and orders.sent_date < history.first_seen_date

),

line_versions as (

    select
        *,
        row_number() over (
            partition by account_id, purchase_order_line_id order by dbt_valid_from
        ) as version_number,
        {{ local_date('cast(dbt_valid_from as timestamp with time zone)', 'account_id') }}
            as first_date
    from {{ ref('purchase_order_line_snapshots') }}

),

lines as (

    select
        orders.*,
        versions.purchase_order_line_id,
        {{ plausible_quantity('versions.quantity_ordered') }} as quantity_ordered,
        {{ plausible_quantity('versions.quantity_received') }} as quantity_received_first_seen,
        {{
            unit_cost(
                'versions.unit_price',
                'versions.discount_pct',
                'orders.default_discount_pct',
                'orders.is_discount_enabled'
            )
        }} as unit_cost
    from line_versions as versions
    inner join orders
        on
            versions.account_id = orders.account_id
            and versions.purchase_order_id = orders.purchase_order_id
    -- a line that was seen later was added later; a build may last over midnight
    where
        versions.version_number = 1
        and versions.first_date <= {{ days_after('orders.first_seen_date', 1) }}
        and not versions.is_removed

),

receipts_of_lines as (

    select
        lines.account_id,
        lines.purchase_order_id,
        lines.purchase_order_line_id,
        lines.sent_date,
        lines.first_changed_date,
        lines.quantity_received_first_seen,
        receipts.receipt_date,
        receipts.receipt_date < lines.first_seen_date as is_before_first_seen,
        receipts.quantity_kept
    from {{ ref('receipts') }} as receipts
    inner join lines
        on
            receipts.account_id = lines.account_id
            and receipts.purchase_order_line_id = lines.purchase_order_line_id
    where receipts.quantity_kept > 0

),

undated_receipts as (

    select
        account_id,
        purchase_order_id,
        purchase_order_line_id,
        -- the others came later
        least(
            sum(quantity_kept) filter (where receipt_date is null),
            greatest(
                max(quantity_received_first_seen)
                - coalesce(sum(quantity_kept) filter (where is_before_first_seen), 0),
                0
            )
        ) as quantity_kept,
        greatest(max(first_changed_date), max(sent_date)) as received_date
    from receipts_of_lines
    group by account_id, purchase_order_id, purchase_order_line_id
    having count(*) filter (where receipt_date is null) > 0

),

receipts as (

    select
        account_id,
        purchase_order_id,
        purchase_order_line_id,
        quantity_kept,
        greatest(receipt_date, sent_date) as received_date
    from receipts_of_lines
    where receipt_date is not null
    union all
    select
        account_id,
        purchase_order_id,
        purchase_order_line_id,
        quantity_kept,
        received_date
    from undated_receipts
    where quantity_kept > 0

),

receipts_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        max(received_date) as last_received_date
    from receipts
    group by account_id, purchase_order_id

),

ended_lines as (

    select
        lines.*,
        case
            when lines.is_closed_when_first_seen
                then
                    least(
                        coalesce(receipts.last_received_date, lines.first_changed_date),
                        lines.first_changed_date,
                        lines.first_seen_date
                    )
            when lines.first_status_type = 'canceled'
                then least(lines.first_changed_date, lines.first_seen_date)
            else lines.first_seen_date
        end as end_date
    from lines
    left join receipts_summed_to_orders as receipts
        on
            lines.account_id = receipts.account_id
            and lines.purchase_order_id = receipts.purchase_order_id

),

sent_and_received as (

    select
        account_id,
        purchase_order_line_id,
        sent_date as first_date,
        cast(0 as decimal(18, 4)) as quantity_kept
    from lines
    union all
    select
        account_id,
        purchase_order_line_id,
        received_date as first_date,
        quantity_kept
    from receipts

),

summed_to_days as (

    select
        account_id,
        purchase_order_line_id,
        first_date,
        sum(quantity_kept) as quantity_kept
    from sent_and_received
    group by account_id, purchase_order_line_id, first_date

),

spans as (

    select
        *,
        sum(quantity_kept) over (
            partition by account_id, purchase_order_line_id
            order by first_date
            rows between unbounded preceding and current row
        ) as quantity_received,
        lead(first_date) over (
            partition by account_id, purchase_order_line_id order by first_date
        ) as next_first_date
    from summed_to_days

),

open_spans as (

    select
        ended_lines.account_id,
        ended_lines.purchase_order_id,
        ended_lines.promise_original,
        spans.first_date,
        least(
            coalesce(spans.next_first_date, ended_lines.end_date), ended_lines.end_date
        ) as next_date,
        ended_lines.quantity_ordered - spans.quantity_received as quantity_open,
        ended_lines.unit_cost
    from spans
    inner join ended_lines
        on
            spans.account_id = ended_lines.account_id
            and spans.purchase_order_line_id = ended_lines.purchase_order_line_id
    where
        ended_lines.quantity_ordered > spans.quantity_received
        and spans.first_date < ended_lines.end_date

)

select
    account_id,
    purchase_order_id,
    promise_original,
    first_date,
    next_date,
    count(*) as count_open_lines,
    sum(quantity_open) as quantity_open,
    sum({{ money_product('quantity_open', 'unit_cost') }}) as open_value
from open_spans
group by account_id, purchase_order_id, promise_original, first_date, next_date
