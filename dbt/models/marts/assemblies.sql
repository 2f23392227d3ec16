with

lines as (

    select * from {{ ref('purchase_order_lines') }}
    where not is_removed

),

components as (

    select * from {{ ref('stg_inventory_planner__purchase_order_components') }}

),

components_joined_to_lines as (

    select

        -- ids
        lines.account_id,
        lines.purchase_order_line_id,
        lines.purchase_order_id,
        lines.variant_id,
        components.component_id,
        lines.warehouse_id,

        -- text
        lines.purchase_order_number,
        lines.status,
        lines.status_type,
        lines.warehouse_name,
        lines.sku,
        lines.title,
        components.sku as component_sku,
        components.title as component_title,

        -- numerics
        components.occurrence,
        lines.quantity_ordered,
        lines.quantity_received as quantity_built,
        lines.quantity_open,
        components.quantity_per_unit,
        cast(
            {{ exact_product(
                'components.quantity_per_unit', 'lines.quantity_ordered'
            ) }} as decimal(38, 4)
        ) as quantity_needed,
        cast(
            {{ exact_product(
                'components.quantity_per_unit', 'lines.quantity_received'
            ) }} as decimal(38, 4)
        ) as quantity_used,
        cast(
            {{ exact_product(
                'components.quantity_per_unit', 'lines.quantity_open'
            ) }} as decimal(38, 4)
        ) as quantity_still_needed,
        lines.days_overdue,

        -- booleans
        lines.is_complete,
        lines.is_overdue,

        -- dates
        lines.sent_date,
        lines.promise_date,
        lines.completion_date,
        {{ as_of_date() }} as as_of_date

    from lines
    left join components
        on
            lines.account_id = components.account_id
            and lines.purchase_order_line_id = components.purchase_order_line_id
    where lines.order_type = 'assembly'

)

select * from components_joined_to_lines
