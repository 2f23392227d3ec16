with

status_types as (

    select * from {{ ref('int_status_types') }}

),

orders as (

    select * from {{ ref('int_named_orders') }}

),

versions as (

    select
        *,
        {{ plausible_quantity('quantity_ordered') }}
        - {{ plausible_quantity('quantity_received') }} as quantity_open
    from {{ ref('purchase_order_line_snapshots') }}

),

open_line_versions as (

    select
        versions.account_id,
        versions.purchase_order_id,
        versions.quantity_open,
        versions.unit_price,
        versions.discount_pct,
        {{ local_date(
            'cast(versions.dbt_valid_from as timestamp with time zone)', 'versions.account_id'
        ) }} as first_date,
        {{ local_date(
            'cast(versions.dbt_valid_to as timestamp with time zone)', 'versions.account_id'
        ) }} as next_date
    from versions
    left join status_types
        on
            versions.account_id = status_types.account_id
            and upper(versions.status) = status_types.status_name
    where
        not versions.is_removed
        and versions.quantity_open > 0
        and coalesce(status_types.status_type, 'unknown') in ('active', 'unknown')

),

final as (

    select
        open_line_versions.account_id,
        open_line_versions.purchase_order_id,
        open_line_versions.first_date,
        open_line_versions.next_date,
        count(*) as count_open_lines,
        sum(open_line_versions.quantity_open) as quantity_open,
        cast(
            sum(
                {{ as_wide_decimal('open_line_versions.quantity_open') }}
                * {{
                    unit_cost(
                        'open_line_versions.unit_price',
                        'open_line_versions.discount_pct',
                        'orders.default_discount_pct',
                        'orders.is_discount_enabled'
                    )
                }}
            ) as decimal(38, 6)
        ) as open_value
    from open_line_versions
    inner join orders
        on
            open_line_versions.account_id = orders.account_id
            and open_line_versions.purchase_order_id = orders.purchase_order_id
    group by
        open_line_versions.account_id,
        open_line_versions.purchase_order_id,
        open_line_versions.first_date,
        open_line_versions.next_date

)

select * from final
