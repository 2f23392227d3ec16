{# Removed lines are here if their order was sent with them: they count as short. #}
{%- set is_past = is_as_of_date_past() -%}

with

items as (

    select * from {{ ref('stg_inventory_planner__purchase_order_items') }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

history as (

    select * from {{ ref('int_line_history') }}

),

later_receipts_summed_to_lines as (

    select
        account_id,
        purchase_order_line_id,
        sum(quantity_received) as quantity_received_later,
        coalesce(bool_or(is_in_future), false) as has_receipt_in_future
    from {{ ref('int_receipts') }}
    where is_later
    group by account_id, purchase_order_line_id

),

variants as (

    select
        account_id,
        variant_id,
        max(sku) as sku,
        max(title) as title
    from items
    group by account_id, variant_id

),

stored_lines as (

    select
        items.account_id,
        items.purchase_order_line_id,
        items.purchase_order_id,
        items.variant_id,
        items.sku,
        items.title,
        items.line_number,
        {% if is_past -%}
            coalesce(history.last_quantity_ordered, items.quantity_ordered) as quantity_ordered,
            case
                when items.quantity_received > 0 then items.is_removed
                else coalesce(history.is_last_removed, items.is_removed)
            end as is_removed,
            coalesce(history.last_changed_date <= {{ as_of_date() }}, true)
            or not orders.is_state_known as is_existing,
        {% else -%}
            items.quantity_ordered,
            items.is_removed,
            true as is_existing,
        {% endif -%}
        items.quantity_ordered as quantity_ordered_recorded,
        items.quantity_received as quantity_received_recorded,
        items.minimum_quantity,
        items.order_multiple,
        items.unit_price,
        items.unit_landed_price,
        items.discount_pct,
        items.unit_volume_cbm,
        items.quantity_in_stock,
        items.has_error,
        items.is_quantity_negative,
        items.is_value_rounded,
        history.quantity_ordered_original,
        history.count_quantity_changes
    from items
    inner join orders
        on
            items.account_id = orders.account_id
            and items.purchase_order_id = orders.purchase_order_id
    left join history
        on
            items.account_id = history.account_id
            and items.purchase_order_line_id = history.purchase_order_line_id

),

vanished_lines as (

    select
        history.account_id,
        history.purchase_order_line_id,
        history.purchase_order_id,
        history.variant_id,
        variants.sku,
        variants.title,
        cast(null as bigint) as line_number,
        history.last_quantity_ordered as quantity_ordered,
        coalesce(
            least(
                {{ local_date('orders.modified_at', 'orders.account_id') }},
                history.last_replaced_date
            )
            <= {{ as_of_date() }},
            true
        ) as is_removed,
        history.last_changed_date <= {{ as_of_date() }} as is_existing,
        cast(0 as decimal(18, 4)) as quantity_ordered_recorded,
        cast(0 as decimal(18, 4)) as quantity_received_recorded,
        cast(null as decimal(18, 4)) as minimum_quantity,
        cast(null as decimal(18, 4)) as order_multiple,
        history.last_unit_price as unit_price,
        history.last_unit_landed_price as unit_landed_price,
        history.last_discount_pct as discount_pct,
        cast(null as decimal(18, 6)) as unit_volume_cbm,
        cast(null as decimal(18, 4)) as quantity_in_stock,
        false as has_error,
        false as is_quantity_negative,
        false as is_value_rounded,
        history.quantity_ordered_original,
        history.count_quantity_changes
    from history
    inner join orders
        on
            history.account_id = orders.account_id
            and history.purchase_order_id = orders.purchase_order_id
    left join items
        on
            history.account_id = items.account_id
            and history.purchase_order_line_id = items.purchase_order_line_id
    left join variants
        on
            history.account_id = variants.account_id
            and history.variant_id = variants.variant_id
    where items.purchase_order_line_id is null and history.last_quantity_received = 0

),

stored_and_vanished_lines as (

    select * from stored_lines
    union all
    select * from vanished_lines

),

known_lines as (

    select

        -- ids
        known.account_id,
        known.purchase_order_line_id,
        known.purchase_order_id,
        known.variant_id,

        -- text
        known.sku,
        known.title,
        case when known.quantity_ordered_original is null then 'current' else 'snapshot' end
            as quantity_original_source,

        -- numerics
        known.line_number,
        case
            when known.is_removed then 0 else {{ plausible_quantity('known.quantity_ordered') }}
        end as quantity_ordered,
        {{ plausible_quantity(
            'coalesce(known.quantity_ordered_original, known.quantity_ordered)'
        ) }} as quantity_ordered_original,
        cast(
            {{ plausible_quantity('known.quantity_received_recorded') }}
            - coalesce(later_receipts.quantity_received_later, 0) as decimal(18, 4)
        ) as quantity_received,
        known.quantity_ordered_recorded,
        known.quantity_received_recorded,
        coalesce(known.count_quantity_changes, 0) as count_quantity_changes,
        known.minimum_quantity,
        known.order_multiple,
        known.unit_price,
        known.unit_landed_price,
        known.discount_pct,
        known.unit_volume_cbm,
        known.quantity_in_stock,

        -- booleans
        known.is_removed,
        known.has_error,
        known.is_quantity_negative,
        known.is_value_rounded,
        known.quantity_ordered <> {{ plausible_quantity('known.quantity_ordered') }}
        or known.quantity_received_recorded
        <> {{ plausible_quantity('known.quantity_received_recorded') }} as is_quantity_implausible,
        coalesce(later_receipts.has_receipt_in_future, false) as has_receipt_in_future

    from stored_and_vanished_lines as known
    left join later_receipts_summed_to_lines as later_receipts
        on
            known.account_id = later_receipts.account_id
            and known.purchase_order_line_id = later_receipts.purchase_order_line_id
    where
        known.is_existing
        and (
            not known.is_removed
            or (known.quantity_ordered_original > 0 and known.quantity_received_recorded = 0)
        )

),

final as (

    select
        *,
        {% if var('quantity_basis') == 'original' -%} quantity_ordered_original
        {%- else -%} quantity_ordered
        {%- endif %} as basis_quantity
    from known_lines

)

select * from final
