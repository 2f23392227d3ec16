with

orders as (

    select * from {{ ref('stg_inventory_planner__purchase_orders') }}

),

lines as (

    select * from {{ ref('purchase_order_lines') }}

),

histories as (

    select * from {{ ref('purchase_order_histories') }}

),

lines_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        count(*) as count_lines,
        count(is_complete) as count_ordered_lines,
        count(completion_date) as count_dated_complete_lines,
        count(*) filter (where is_complete) as count_complete_lines,
        count(*) filter (where quantity_received > 0) as count_received_lines,
        count(*) filter (where quantity_ordered > quantity_received) as count_missing_lines,
        count(*) filter (where quantity_open > 0) as count_open_lines,
        count(*) filter (where unit_cost is null) as count_unpriced_lines,
        count(*) filter (where is_due) as count_due_lines,
        count(*) filter (where is_in_full) as count_in_full_lines,
        count(*) filter (where is_on_time) as count_on_time_lines,
        count(*) filter (where is_otif) as count_otif_lines,
        count(*) filter (where is_overdue) as count_overdue_lines,
        sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received,
        sum(case when quantity_ordered > 0 then quantity_received else 0 end)
            as quantity_received_of_ordered,
        sum(quantity_capped) as quantity_capped,
        sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short,
        sum(quantity_canceled) as quantity_canceled,
        sum(quantity_draft) as quantity_draft,
        sum(quantity_ignored) as quantity_ignored,
        sum(quantity_over) as quantity_over,
        sum(case when is_due then quantity_ordered else 0 end) as quantity_due,
        sum(
            case
                when is_due then least(greatest(quantity_by_promise, 0), quantity_ordered)
                else 0
            end
        ) as quantity_on_time,
        sum(ordered_value) as ordered_value,
        sum(received_value) as received_value,
        sum(open_value) as open_value,
        sum(case when is_overdue then open_value else 0 end) as overdue_value,
        sum(short_value) as short_value,
        sum(canceled_value) as canceled_value,
        sum(over_value) as over_value,
        sum(ignored_value) as ignored_value,
        sum(open_landed_value) as open_landed_value,
        sum(unit_days_late) as unit_days_late,
        max(exchange_rate) as exchange_rate,
        sum(ordered_value_reporting) as ordered_value_reporting,
        sum(received_value_reporting) as received_value_reporting,
        sum(open_value_reporting) as open_value_reporting,
        max(days_late) as days_late,
        max(days_overdue) as days_overdue,
        min(first_receipt_date) as first_receipt_date,
        max(last_receipt_date) as last_receipt_date,
        max(completion_date) as last_completion_date
    from lines
    group by account_id, purchase_order_id

),

lines_joined_to_orders as (

    select
        orders.*,
        histories.first_seen_date,
        histories.activation_date,
        histories.closed_at as seen_closed_at,
        coalesce(histories.promise_original, orders.expected_date) as promise_original,
        {{ promise_date('histories.promise_original', 'orders.expected_date') }} as promise_date,
        {{ promise_source('histories.promise_original', 'orders.expected_date') }}
            as promise_source,
        coalesce(histories.count_promise_changes, 0) as count_promise_changes,
        coalesce(histories.count_promise_changes_after_due, 0) as count_promise_changes_after_due,
        coalesce(histories.count_reopenings, 0) as count_reopenings,
        lines_summed_to_orders.days_late,
        lines_summed_to_orders.days_overdue,
        lines_summed_to_orders.first_receipt_date,
        lines_summed_to_orders.last_receipt_date,
        case
            when
                lines_summed_to_orders.count_dated_complete_lines
                = lines_summed_to_orders.count_ordered_lines
                then lines_summed_to_orders.last_completion_date
        end as completion_date,
        coalesce(lines_summed_to_orders.count_lines, 0) as count_lines,
        coalesce(lines_summed_to_orders.count_ordered_lines, 0) as count_ordered_lines,
        coalesce(lines_summed_to_orders.count_complete_lines, 0) as count_complete_lines,
        coalesce(lines_summed_to_orders.count_received_lines, 0) as count_received_lines,
        coalesce(lines_summed_to_orders.count_missing_lines, 0) as count_missing_lines,
        coalesce(lines_summed_to_orders.count_open_lines, 0) as count_open_lines,
        coalesce(lines_summed_to_orders.count_unpriced_lines, 0) as count_unpriced_lines,
        coalesce(lines_summed_to_orders.count_due_lines, 0) as count_due_lines,
        coalesce(lines_summed_to_orders.count_in_full_lines, 0) as count_in_full_lines,
        coalesce(lines_summed_to_orders.count_on_time_lines, 0) as count_on_time_lines,
        coalesce(lines_summed_to_orders.count_otif_lines, 0) as count_otif_lines,
        coalesce(lines_summed_to_orders.count_overdue_lines, 0) as count_overdue_lines,
        coalesce(lines_summed_to_orders.quantity_ordered, 0) as quantity_ordered,
        coalesce(lines_summed_to_orders.quantity_received, 0) as quantity_received,
        coalesce(lines_summed_to_orders.quantity_received_of_ordered, 0)
            as quantity_received_of_ordered,
        coalesce(lines_summed_to_orders.quantity_capped, 0) as quantity_capped,
        coalesce(lines_summed_to_orders.quantity_open, 0) as quantity_open,
        coalesce(lines_summed_to_orders.quantity_short, 0) as quantity_short,
        coalesce(lines_summed_to_orders.quantity_canceled, 0) as quantity_canceled,
        coalesce(lines_summed_to_orders.quantity_draft, 0) as quantity_draft,
        coalesce(lines_summed_to_orders.quantity_ignored, 0) as quantity_ignored,
        coalesce(lines_summed_to_orders.quantity_over, 0) as quantity_over,
        coalesce(lines_summed_to_orders.quantity_due, 0) as quantity_due,
        coalesce(lines_summed_to_orders.quantity_on_time, 0) as quantity_on_time,
        coalesce(lines_summed_to_orders.ordered_value, 0) as ordered_value,
        coalesce(lines_summed_to_orders.received_value, 0) as received_value,
        coalesce(lines_summed_to_orders.open_value, 0) as open_value,
        coalesce(lines_summed_to_orders.overdue_value, 0) as overdue_value,
        coalesce(lines_summed_to_orders.short_value, 0) as short_value,
        coalesce(lines_summed_to_orders.canceled_value, 0) as canceled_value,
        coalesce(lines_summed_to_orders.over_value, 0) as over_value,
        coalesce(lines_summed_to_orders.ignored_value, 0) as ignored_value,
        lines_summed_to_orders.open_landed_value,
        coalesce(lines_summed_to_orders.unit_days_late, 0) as unit_days_late,
        lines_summed_to_orders.exchange_rate,
        lines_summed_to_orders.ordered_value_reporting,
        lines_summed_to_orders.received_value_reporting,
        lines_summed_to_orders.open_value_reporting
    from orders
    left join lines_summed_to_orders
        on
            orders.account_id = lines_summed_to_orders.account_id
            and orders.purchase_order_id = lines_summed_to_orders.purchase_order_id
    left join histories
        on
            orders.account_id = histories.account_id
            and orders.purchase_order_id = histories.purchase_order_id
    where orders.deleted_at is null

),

dated as (

    select
        *,
        coalesce(activation_date, created_date) as sent_date
    from lines_joined_to_orders

),

final as (

    select

        -- ids
        account_id,
        purchase_order_id,
        vendor_id,
        warehouse_id,
        source_warehouse_id,

        -- text
        purchase_order_number,
        order_type,
        status,
        status_type,
        case
            when status_type in ('draft', 'canceled') then status_type
            when status_type = 'closed' and count_received_lines = 0 then 'closed_unreceived'
            when status_type = 'closed' and count_complete_lines < count_ordered_lines
                then 'closed_short'
            when status_type = 'closed' then 'closed_complete'
            when count_received_lines = 0 then 'not_received'
            when count_missing_lines > 0 then 'partially_received'
            else 'received_not_closed'
        end as lifecycle_state,
        vendor_name,
        warehouse_name,
        source_name,
        vendor_email,
        created_by,
        payment_terms,
        currency_code,
        case
            when activation_date is not null then 'snapshot'
            when created_date is not null then 'created'
        end as sent_date_source,
        promise_source,
        case
            when status_type = 'closed' and seen_closed_at is not null then 'snapshot'
            when status_type = 'closed' then 'modified'
        end as closed_at_source,

        -- numerics
        count_lines,
        count_ordered_lines,
        count_complete_lines,
        count_open_lines,
        count_unpriced_lines,
        count_due_lines,
        count_in_full_lines,
        count_on_time_lines,
        count_otif_lines,
        count_overdue_lines,
        count_promise_changes,
        count_promise_changes_after_due,
        count_reopenings,
        quantity_ordered,
        quantity_received,
        quantity_received_of_ordered,
        quantity_capped,
        quantity_open,
        quantity_short,
        quantity_canceled,
        quantity_draft,
        quantity_ignored,
        quantity_over,
        quantity_due,
        quantity_on_time,
        {{ rate('quantity_capped', 'quantity_ordered') }} as fill_rate,
        {{ rate('quantity_received_of_ordered', 'quantity_ordered') }} as receipt_ratio,
        ordered_value,
        received_value,
        open_value,
        overdue_value,
        short_value,
        canceled_value,
        over_value,
        ignored_value,
        open_landed_value,
        exchange_rate,
        ordered_value_reporting,
        received_value_reporting,
        open_value_reporting,
        shipping_cost,
        order_total,
        days_late,
        days_overdue,
        unit_days_late,
        {{ days_between('sent_date', 'completion_date') }} as lead_time_days,
        {{ days_between('sent_date', 'first_receipt_date') }} as first_receipt_lead_time_days,
        {{ days_between('sent_date', 'promise_original') }} as planned_lead_time_days,
        {{ days_between('promise_original', 'expected_date') }} as promise_slip_days,

        -- booleans
        order_type = 'po' and status_type not in ('draft', 'canceled') as is_vendor_order,
        status_type in ('active', 'unknown') as is_on_order,
        count_due_lines > 0 as is_due,
        case when count_due_lines > 0 then count_in_full_lines = count_due_lines end as is_in_full,
        case when count_due_lines > 0 then count_on_time_lines = count_due_lines end as is_on_time,
        case when count_due_lines > 0 then count_otif_lines = count_due_lines end as is_otif,
        count_overdue_lines > 0 as is_overdue,
        is_readonly,
        total_ordered = quantity_ordered as is_total_ordered_matched,
        total_received = quantity_received as is_total_received_matched,

        -- dates
        sent_date,
        created_date,
        promise_date,
        promise_original,
        expected_date as promise_current,
        first_seen_date,
        shipment_date,
        payment_date,
        first_receipt_date,
        last_receipt_date,
        completion_date,

        -- timestamps
        modified_at,
        case when status_type = 'closed' then coalesce(seen_closed_at, modified_at) end as closed_at

    from dated

)

select * from final
