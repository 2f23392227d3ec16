with

periods as (

    {{ periods() }}

),

windows as (

    {{ seed_by_account('on_time_windows', {
        'window_name': 'seeds.window_name',
        'early_days': 'seeds.early_days',
        'grace_days': 'seeds.grace_days',
    }) }}

),

lines as (

    select
        account_id,
        purchase_order_line_id,
        coalesce(vendor_id, '(no vendor)') as vendor_id,
        coalesce(vendor_name, vendor_id, '(no vendor)') as vendor_name,
        currency_code,
        promise_date,
        basis_quantity,
        {{ quantity_required('basis_quantity') }} as quantity_required,
        is_complete,
        days_late,
        {{ days_between('promise_date', as_of_date()) }} as days_ago,
        effective_date is not null or status_type = 'closed' as is_settled
    from {{ ref('purchase_order_lines') }}
    where is_vendor_order and basis_quantity > 0 and promise_date is not null

),

lines_and_receipts as (

    select
        account_id,
        vendor_id,
        vendor_name,
        currency_code,
        'line' as kind,
        basis_quantity as quantity,
        days_late,
        days_ago,
        cast(null as integer) as receipt_days_late,
        is_settled,
        false as is_filling
    from lines
    union all
    select
        lines.account_id,
        lines.vendor_id,
        lines.vendor_name,
        lines.currency_code,
        'receipt' as kind,
        least(receipts.quantity_kept_to_date, lines.basis_quantity)
        - least(receipts.quantity_kept_to_date - receipts.quantity_kept, lines.basis_quantity)
            as quantity,
        lines.days_late,
        lines.days_ago,
        {{ days_between('lines.promise_date', 'receipts.receipt_date') }} as receipt_days_late,
        lines.is_settled,
        lines.is_complete
        and receipts.quantity_kept_to_date >= lines.quantity_required
        and (
            receipts.quantity_kept_to_date - receipts.quantity_kept < lines.quantity_required
            or receipts.quantity_kept_to_date = receipts.quantity_kept
        ) as is_filling
    from lines
    inner join {{ ref('receipts') }} as receipts
        on
            lines.account_id = receipts.account_id
            and lines.purchase_order_line_id = receipts.purchase_order_line_id
    where receipts.quantity_kept > 0

),

in_windows as (

    select
        lines_and_receipts.*,
        windows.window_name,
        windows.early_days,
        windows.grace_days,
        lines_and_receipts.days_late <= windows.grace_days
        and (
            windows.early_days is null or lines_and_receipts.days_late >= -windows.early_days
        ) as is_punctual,
        lines_and_receipts.receipt_days_late <= windows.grace_days as is_received_by_then
    from lines_and_receipts
    inner join windows
        on
            lines_and_receipts.account_id = windows.account_id
            and (
                lines_and_receipts.days_ago > windows.grace_days
                or lines_and_receipts.is_settled
            )

),

summed_to_days as (

    select
        account_id,
        vendor_id,
        currency_code,
        window_name,
        days_ago,
        max(vendor_name) as vendor_name,
        max(early_days) as early_days,
        max(grace_days) as grace_days,
        count(*) filter (where kind = 'line') as count_due_lines,
        count(*) filter (where kind = 'line' and is_punctual) as count_on_time_lines,
        count(*) filter (where is_filling and is_received_by_then and is_punctual)
            as count_otif_lines,
        sum(case when kind = 'line' then quantity else 0 end) as quantity_due,
        sum(case when is_received_by_then then quantity else 0 end) as quantity_on_time
    from in_windows
    group by account_id, vendor_id, currency_code, window_name, days_ago

),

summed_to_periods as (

    select
        by_day.account_id,
        by_day.vendor_id,
        by_day.currency_code,
        by_day.window_name,
        periods.period,
        max(by_day.vendor_name) as vendor_name,
        max(by_day.early_days) as early_days,
        max(by_day.grace_days) as grace_days,
        cast(sum(by_day.count_due_lines) as bigint) as count_due_lines,
        cast(sum(by_day.count_on_time_lines) as bigint) as count_on_time_lines,
        cast(sum(by_day.count_otif_lines) as bigint) as count_otif_lines,
        sum(by_day.quantity_due) as quantity_due,
        sum(by_day.quantity_on_time) as quantity_on_time
    from summed_to_days as by_day
    inner join periods on {{ is_in_period('by_day.days_ago') }}
    group by
        by_day.account_id, by_day.vendor_id, by_day.currency_code,
        by_day.window_name, periods.period

)

select
    *,
    {{ rate('count_on_time_lines', 'count_due_lines') }} as on_time_rate,
    {{ rate('count_otif_lines', 'count_due_lines') }} as otif_line_rate,
    {{ rate('quantity_on_time', 'quantity_due') }} as otif_unit_rate,
    {{ as_of_date() }} as as_of_date
from summed_to_periods
