with

lines as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key,
        {{ report_month() }} as report_month,
        {{ month_source() }} as month_source
    from {{ ref('purchase_order_lines') }}
    where order_type = 'po' and status_type <> 'draft'

),

lines_summed_to_months as (

    select
        account_id,
        vendor_key,
        warehouse_key,
        currency_code,
        report_month,
        month_source,
        max(coalesce(vendor_name, vendor_key)) as vendor_name,
        max(coalesce(warehouse_name, warehouse_key)) as warehouse_name,
        count(distinct case when is_vendor_order then purchase_order_id end) as count_orders,
        count(*) filter (where is_vendor_order) as count_lines,
        count(is_complete) filter (where is_vendor_order) as count_ordered_lines,
        count(*) filter (where is_vendor_order and is_complete) as count_complete_lines,
        count(*) filter (where quantity_open > 0) as count_open_lines,
        count(*) filter (where quantity_short > 0) as count_short_lines,
        count(*) filter (where quantity_over > 0 and is_vendor_order) as count_over_lines,
        count(*) filter (where not is_vendor_order) as count_canceled_lines,
        count(*) filter (where is_due) as count_due_lines,
        count(*) filter (where is_otif) as count_otif_lines,
        coalesce(sum(quantity_ordered) filter (where is_vendor_order), 0) as quantity_ordered,
        coalesce(sum(quantity_received) filter (where is_vendor_order), 0) as quantity_received,
        coalesce(
            sum(quantity_received) filter (where is_vendor_order and quantity_ordered > 0), 0
        ) as quantity_received_of_ordered,
        coalesce(sum(quantity_capped) filter (where is_vendor_order), 0) as quantity_capped,
        sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short,
        coalesce(sum(quantity_over) filter (where is_vendor_order), 0) as quantity_over,
        sum(quantity_canceled) as quantity_canceled,
        sum(quantity_ignored) as quantity_ignored,
        coalesce(sum(ordered_value) filter (where is_vendor_order), 0) as ordered_value,
        coalesce(sum(received_value) filter (where is_vendor_order), 0) as received_value,
        coalesce(sum(open_value), 0) as open_value,
        coalesce(sum(short_value), 0) as short_value,
        coalesce(sum(over_value) filter (where is_vendor_order), 0) as over_value,
        coalesce(sum(canceled_value), 0) as canceled_value,
        {{ sum_of_reporting('ordered_value', 'is_vendor_order') }}
            as ordered_value_reporting,
        {{ sum_of_reporting('received_value', 'is_vendor_order') }}
            as received_value_reporting,
        {{ sum_of_reporting('open_value', 'is_vendor_order') }}
            as open_value_reporting
    from lines
    group by
        account_id, vendor_key, warehouse_key, currency_code, report_month, month_source

),

final as (

    select

        -- ids
        account_id,
        vendor_key as vendor_id,
        warehouse_key as warehouse_id,

        -- text
        vendor_name,
        warehouse_name,
        currency_code,
        month_source,

        -- numerics
        count_orders,
        count_lines,
        count_ordered_lines,
        count_complete_lines,
        count_open_lines,
        count_short_lines,
        count_over_lines,
        count_canceled_lines,
        count_due_lines,
        count_otif_lines,
        quantity_ordered,
        quantity_received,
        quantity_received_of_ordered,
        quantity_capped,
        quantity_open,
        quantity_short,
        quantity_over,
        quantity_canceled,
        quantity_ignored,
        {{ rate('quantity_capped', 'quantity_ordered') }} as fill_rate,
        {{ rate('count_complete_lines', 'count_ordered_lines') }} as line_fill_rate,
        {{ rate('quantity_received_of_ordered', 'quantity_ordered') }} as receipt_ratio,
        {{ rate('count_otif_lines', 'count_due_lines') }} as otif_line_rate,
        ordered_value,
        received_value,
        open_value,
        short_value,
        over_value,
        canceled_value,
        ordered_value_reporting,
        received_value_reporting,
        open_value_reporting,

        -- dates
        report_month,
        {{ as_of_date() }} as as_of_date

    from lines_summed_to_months

)

select * from final
