with

orders as (

    select * from {{ ref('int_orders') }}

),

items as (

    select * from {{ ref('stg_inventory_planner__purchase_order_items') }}

),

receipts as (

    select * from {{ ref('receipts') }}

),

line_histories as (

    select * from {{ ref('int_line_history') }}

),

items_joined_to_orders as (

    select
        items.account_id,
        items.purchase_order_line_id,
        items.purchase_order_id,
        items.variant_id,
        items.sku,
        items.title,
        items.line_number,
        items.quantity_ordered,
        items.quantity_received,
        items.minimum_quantity,
        items.order_multiple,
        items.unit_landed_price,
        items.unit_volume_cbm,
        items.quantity_in_stock,
        items.has_error,
        items.is_quantity_negative,
        orders.vendor_id,
        orders.warehouse_id,
        orders.purchase_order_number,
        orders.order_type,
        orders.status,
        orders.status_type,
        orders.vendor_name,
        orders.warehouse_name,
        orders.currency_code,
        orders.exchange_rate,
        orders.shipping_cost,
        orders.promise_date,
        orders.promise_source,
        orders.promise_original,
        orders.promise_current,
        line_histories.quantity_ordered_original as quantity_seen_ordered,
        orders.sent_date,
        orders.sent_date_source,
        coalesce(line_histories.count_quantity_changes, 0) as count_quantity_changes,
        orders.is_placed,
        orders.is_vendor_order,
        orders.is_on_order,
        {{
            unit_cost(
                'items.unit_price',
                'items.discount_pct',
                'orders.default_discount_pct',
                'orders.is_discount_enabled'
            )
        }} as unit_cost,
        {{ quantity_required('items.quantity_ordered') }} as quantity_required,
        {{ first_on_time_date('orders.promise_date') }} as first_on_time_date,
        {{ last_on_time_date('orders.promise_date') }} as last_on_time_date
    from items
    inner join orders
        on
            items.account_id = orders.account_id
            and items.purchase_order_id = orders.purchase_order_id
    left join line_histories
        on
            items.account_id = line_histories.account_id
            and items.purchase_order_line_id = line_histories.purchase_order_line_id
    where not items.is_removed

),

receipts_with_what_remained as (

    select
        *,
        min(quantity_received_to_date) over (
            partition by account_id, purchase_order_line_id
            order by receipt_number
            rows between current row and unbounded following
        ) as lowest_quantity_from_here
    from receipts

),

receipts_summed_to_lines as (

    select
        items_joined_to_orders.account_id,
        items_joined_to_orders.purchase_order_line_id,
        count(*) as count_receipts,
        min(receipts.receipt_date) as first_receipt_date,
        max(receipts.receipt_date) as last_receipt_date,
        min(
            case
                when
                    items_joined_to_orders.quantity_ordered > 0
                    and receipts.lowest_quantity_from_here
                    >= items_joined_to_orders.quantity_required
                    then receipts.receipt_date
            end
        ) as completion_date,
        sum(
            case
                when receipts.receipt_date <= items_joined_to_orders.last_on_time_date
                    then receipts.quantity_received
                else 0
            end
        ) as quantity_by_promise,
        sum(
            case
                when receipts.receipt_date > items_joined_to_orders.promise_date
                    then
                        {{ as_wide_decimal('receipts.quantity_received') }}
                        * {{
                            days_between(
                                'items_joined_to_orders.promise_date', 'receipts.receipt_date'
                            )
                        }}
                else 0
            end
        ) as unit_days_late_received
    from items_joined_to_orders
    inner join receipts_with_what_remained as receipts
        on
            items_joined_to_orders.account_id = receipts.account_id
            and items_joined_to_orders.purchase_order_line_id = receipts.purchase_order_line_id
    group by
        items_joined_to_orders.account_id,
        items_joined_to_orders.purchase_order_line_id

),

items_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        sum({{ exact_product('quantity_ordered', 'unit_cost') }}) as ordered_value
    from items_joined_to_orders
    group by account_id, purchase_order_id

),

costed as (

    select
        items_joined_to_orders.*,
        coalesce(receipts_summed_to_lines.count_receipts, 0) as count_receipts,
        receipts_summed_to_lines.first_receipt_date,
        receipts_summed_to_lines.last_receipt_date,
        receipts_summed_to_lines.completion_date,
        coalesce(receipts_summed_to_lines.quantity_by_promise, 0) as quantity_by_promise,
        coalesce(receipts_summed_to_lines.unit_days_late_received, 0) as unit_days_late_received,
        coalesce(
            receipts_summed_to_lines.completion_date,
            case
                when items_joined_to_orders.status_type = 'closed'
                    then receipts_summed_to_lines.last_receipt_date
            end
        ) as effective_date,
        cast(
            case
                when items_joined_to_orders.unit_landed_price > 0
                    then items_joined_to_orders.unit_landed_price
                else
                    items_joined_to_orders.unit_cost
                    * (items_summed_to_orders.ordered_value + items_joined_to_orders.shipping_cost)
                    / nullif(items_summed_to_orders.ordered_value, 0)
            end as decimal(18, 6)
        ) as unit_landed_cost
    from items_joined_to_orders
    inner join items_summed_to_orders
        on
            items_joined_to_orders.account_id = items_summed_to_orders.account_id
            and items_joined_to_orders.purchase_order_id
            = items_summed_to_orders.purchase_order_id
    left join receipts_summed_to_lines
        on
            items_joined_to_orders.account_id = receipts_summed_to_lines.account_id
            and items_joined_to_orders.purchase_order_line_id
            = receipts_summed_to_lines.purchase_order_line_id

),

measured as (

    select
        *,
        coalesce(quantity_seen_ordered, quantity_ordered) as quantity_ordered_original,
        greatest(quantity_ordered - quantity_received, 0) as quantity_missing,
        greatest(quantity_received - quantity_ordered, 0) as quantity_over,
        least(greatest(quantity_received, 0), quantity_ordered) as quantity_capped,
        case when quantity_ordered > 0 then quantity_received >= quantity_required end
            as is_complete,
        coalesce(
            is_vendor_order
            and quantity_ordered > 0
            and (
                last_on_time_date < {{ as_of_date() }}
                or (
                    promise_date is not null
                    and (completion_date is not null or status_type = 'closed')
                )
            ),
            false
        ) as is_due,
        coalesce(
            is_on_order
            and quantity_ordered > quantity_received
            and promise_current < {{ as_of_date() }}
            and not {{ is_ignored('promise_current') }},
            false
        ) as is_overdue,
        is_on_order and not {{ is_ignored('promise_current') }} as is_expected,
        coalesce(
            effective_date <= last_on_time_date
            and (first_on_time_date is null or effective_date >= first_on_time_date),
            false
        ) as is_effective_on_time,
        {{ days_between('sent_date', 'completion_date') }} as lead_time_days
    from costed

),

split_by_status as (

    select
        *,
        case when is_expected then quantity_missing else 0 end as quantity_open,
        case when is_expected and quantity_received > 0 then quantity_missing else 0 end
            as quantity_backordered,
        case when is_on_order and not is_expected then quantity_missing else 0 end
            as quantity_ignored,
        case when status_type = 'closed' then quantity_missing else 0 end as quantity_short,
        case when status_type = 'canceled' then quantity_missing else 0 end as quantity_canceled,
        case when status_type = 'draft' then quantity_missing else 0 end as quantity_draft
    from measured

),

valued as (

    select
        *,
        {{ money_product('quantity_ordered', 'unit_cost') }} as ordered_value,
        {{ money_product('quantity_received', 'unit_cost') }} as received_value,
        {{ money_product('quantity_open', 'unit_cost') }} as open_value,
        {{ days_between('promise_date', 'effective_date') }} as days_late
    from split_by_status

),

final as (

    select

        -- ids
        account_id,
        purchase_order_line_id,
        purchase_order_id,
        variant_id,
        vendor_id,
        warehouse_id,

        -- text
        purchase_order_number,
        order_type,
        status,
        status_type,
        vendor_name,
        warehouse_name,
        sku,
        title,
        currency_code,
        sent_date_source,
        promise_source,
        case when quantity_seen_ordered is not null then 'snapshot' else 'current' end
            as quantity_original_source,
        case
            when unit_landed_price > 0 then 'api'
            when unit_landed_cost is not null then 'allocated'
            else 'none'
        end as landed_source,
        case
            when days_late < 0 then 'early'
            when days_late <= {{ var('on_time_grace_days') }} then 'on time'
            when days_late <= 3 then '1-3'
            when days_late <= 7 then '4-7'
            when days_late <= 14 then '8-14'
            when days_late > 14 then 'over 14'
        end as lateness_bucket,

        -- numerics
        line_number,
        quantity_ordered,
        quantity_ordered_original,
        quantity_received,
        quantity_capped,
        quantity_open,
        quantity_backordered,
        quantity_short,
        case
            when status_type = 'closed'
                then greatest(quantity_ordered_original - quantity_received, 0)
            else 0
        end as quantity_short_of_original,
        quantity_canceled,
        quantity_draft,
        quantity_ignored,
        quantity_over,
        cast(quantity_by_promise as decimal(18, 4)) as quantity_by_promise,
        minimum_quantity,
        order_multiple,
        count_receipts,
        count_quantity_changes,
        unit_volume_cbm,
        quantity_in_stock,
        unit_cost,
        unit_landed_cost,
        ordered_value,
        received_value,
        open_value,
        {{ money_product('quantity_short', 'unit_cost') }} as short_value,
        {{ money_product('quantity_canceled', 'unit_cost') }} as canceled_value,
        {{ money_product('quantity_over', 'unit_cost') }} as over_value,
        {{ money_product('quantity_ignored', 'unit_cost') }} as ignored_value,
        {{ money_product('quantity_received', 'unit_landed_cost') }} as received_landed_value,
        {{ money_product('quantity_open', 'unit_landed_cost') }} as open_landed_value,
        exchange_rate,
        {{ money_product('ordered_value', 'exchange_rate') }} as ordered_value_reporting,
        {{ money_product('received_value', 'exchange_rate') }} as received_value_reporting,
        {{ money_product('open_value', 'exchange_rate') }} as open_value_reporting,
        days_late,
        case when is_overdue then {{ days_between('promise_current', as_of_date()) }} end
            as days_overdue,
        cast(
            unit_days_late_received
            + case
                when promise_date < {{ as_of_date() }}
                    then
                        {{
                            exact_product(
                                'quantity_open', days_between('promise_date', as_of_date())
                            )
                        }}
                else 0
            end as decimal(28, 4)
        ) as unit_days_late,
        lead_time_days,
        case when lead_time_days >= 0 then lead_time_days end as observed_lead_time_days,
        {{ days_between('sent_date', 'first_receipt_date') }} as first_receipt_lead_time_days,
        {{ days_between('sent_date', 'promise_original') }} as planned_lead_time_days,

        -- booleans
        is_placed,
        is_vendor_order,
        is_on_order,
        is_complete,
        is_due,
        case when is_due then is_complete end as is_in_full,
        case when is_due then is_effective_on_time end as is_on_time,
        case
            when is_due
                then
                    is_complete
                    and is_effective_on_time
                    and quantity_by_promise >= quantity_required
        end as is_otif,
        is_overdue,
        coalesce(has_error, false) as has_error,
        coalesce(is_quantity_negative, false) as is_quantity_negative,
        count_receipts > 1 as is_split,
        quantity_received > {{ quantity_tolerated('quantity_ordered') }} as is_over_received,
        lead_time_days < 0 as is_lead_time_negative,
        case when minimum_quantity > 0 then quantity_ordered >= minimum_quantity end
            as is_minimum_met,
        case when order_multiple > 0 then mod(quantity_ordered, order_multiple) = 0 end
            as is_multiple_met,

        -- dates
        sent_date,
        promise_date,
        promise_original,
        promise_current,
        first_receipt_date,
        last_receipt_date,
        completion_date,
        effective_date

    from valued

)

select * from final
