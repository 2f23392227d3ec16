{{ config(materialized='view') }}

with

lines as (

    select
        order_lines.account_id,
        order_lines.purchase_order_line_id,
        order_lines.quantity_ordered,
        order_lines.quantity_received,
        order_lines.basis_quantity,
        {{ quantity_required('order_lines.quantity_ordered') }} as quantity_to_complete,
        {{ quantity_required('order_lines.basis_quantity') }} as quantity_required,
        orders.status_type,
        orders.is_vendor_order,
        orders.promise_date,
        {{ first_on_time_date('orders.promise_date') }} as first_on_time_date,
        {{ last_on_time_date('orders.promise_date') }} as last_on_time_date
    from {{ ref('int_lines') }} as order_lines
    inner join {{ ref('int_orders') }} as orders
        on
            order_lines.account_id = orders.account_id
            and order_lines.purchase_order_id = orders.purchase_order_id

),

receipts as (

    select
        *,
        min(case when quantity_kept > 0 then receipt_date end) over (
            partition by account_id, purchase_order_line_id
        ) as first_kept_date
    from {{ ref('receipts') }}

),

receipts_summed_to_lines as (

    select
        lines.account_id,
        lines.purchase_order_line_id,
        count(*) filter (where receipts.quantity_kept > 0) as count_receipts,
        count(*) filter (where receipts.receipt_date is null and not receipts.is_reconstructed)
            as count_undated_receipts,
        min(receipts.first_kept_date) as first_receipt_date,
        sum(receipts.quantity_kept) filter (where receipts.receipt_date = receipts.first_kept_date)
            as quantity_received_first,
        max(receipts.receipt_date) filter (where receipts.quantity_kept > 0) as last_receipt_date,
        min(receipts.receipt_date) filter (
            where lines.quantity_ordered > 0
            and receipts.quantity_kept > 0
            and receipts.quantity_kept_to_date >= lines.quantity_to_complete
        ) as completion_date,
        min(receipts.receipt_date) filter (
            where lines.quantity_ordered > 0
            and receipts.quantity_kept > 0
            and receipts.quantity_kept_to_date
            >= least(lines.quantity_to_complete, lines.quantity_required)
        ) as judged_completion_date,
        sum(receipts.quantity_kept) filter (
            where receipts.receipt_date < lines.first_on_time_date
        ) as quantity_before_window,
        sum(receipts.quantity_kept) filter (
            where receipts.receipt_date <= lines.last_on_time_date
        ) as quantity_by_promise,
        sum(
            {{ as_wide_decimal('receipts.quantity_kept') }}
            * {{ days_between('lines.promise_date', 'receipts.receipt_date') }}
        ) filter (where receipts.receipt_date > lines.promise_date) as unit_days_late
    from lines
    inner join receipts
        on
            lines.account_id = receipts.account_id
            and lines.purchase_order_line_id = receipts.purchase_order_line_id
    group by lines.account_id, lines.purchase_order_line_id

),

lines_with_receipts as (

    select
        lines.*,
        coalesce(receipts.count_receipts, 0) as count_receipts,
        coalesce(receipts.count_undated_receipts, 0) as count_undated_receipts,
        coalesce(receipts.quantity_received_first, 0) as quantity_received_first,
        receipts.first_receipt_date,
        receipts.last_receipt_date,
        receipts.completion_date,
        receipts.judged_completion_date,
        case
            when receipts.judged_completion_date is not null then receipts.judged_completion_date
            when lines.status_type = 'closed' then receipts.last_receipt_date
        end as effective_date,
        coalesce(receipts.quantity_before_window, 0) as quantity_before_window,
        coalesce(receipts.quantity_by_promise, 0) as quantity_by_promise,
        coalesce(receipts.unit_days_late, 0) as unit_days_late,
        case
            when lines.basis_quantity > 0
                then lines.quantity_received >= lines.quantity_required
        end as is_complete
    from lines
    left join receipts_summed_to_lines as receipts
        on
            lines.account_id = receipts.account_id
            and lines.purchase_order_line_id = receipts.purchase_order_line_id

),

lines_with_punctuality as (

    select
        *,
        {{ days_between('promise_date', 'effective_date') }} as days_late,
        coalesce(
            is_vendor_order
            and basis_quantity > 0
            and promise_date is not null
            and (
                last_on_time_date < {{ as_of_date() }}
                or judged_completion_date is not null
                or status_type = 'closed'
            ),
            false
        ) as is_due,
        coalesce(
            effective_date <= last_on_time_date
            {%- if var('early_tolerance_days') is not none %}
                and effective_date >= first_on_time_date
            {%- endif %},
            false
        ) as is_punctual
    from lines_with_receipts

)

select

    -- ids
    account_id,
    purchase_order_line_id,

    -- text
    case
        when days_late < 0 then 'early'
        when days_late <= {{ var('on_time_grace_days') }} then 'on time'
        when days_late <= 3 then '1-3'
        when days_late <= 7 then '4-7'
        when days_late <= 14 then '8-14'
        when days_late > 14 then 'over 14'
    end as lateness_bucket,

    -- numerics
    count_receipts,
    count_undated_receipts,
    cast(
        case when promise_date is not null then least(quantity_before_window, basis_quantity) end
        as decimal(18, 4)
    ) as quantity_early,
    cast(quantity_by_promise as decimal(18, 4)) as quantity_by_promise,
    cast(
        case
            when promise_date is not null
                then
                    {{ capped('quantity_received', 'basis_quantity') }}
                    - least(quantity_by_promise, basis_quantity)
        end as decimal(18, 4)
    ) as quantity_late,
    cast(quantity_received_first as decimal(18, 4)) as quantity_received_first,
    days_late,
    unit_days_late,

    -- booleans
    is_complete,
    is_due,
    case when is_due then is_complete end as is_in_full,
    case when is_due then is_punctual end as is_on_time,
    case
        when is_due
            then is_complete and is_punctual and quantity_by_promise >= quantity_required
    end as is_otif,

    -- dates
    first_receipt_date,
    last_receipt_date,
    completion_date,
    effective_date

from lines_with_punctuality
