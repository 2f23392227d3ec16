with

lines as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key
    from {{ ref('purchase_order_lines') }}
    where
        is_vendor_order
        and lead_time_days >= 0
        and {{ days_between('completion_date', as_of_date()) }}
        between 0 and {{ var('lead_time_window_days') }}

),

lines_summed_to_orders as (

    select
        account_id,
        vendor_key,
        warehouse_key,
        variant_id,
        purchase_order_id,
        max(vendor_name) as vendor_name,
        max(warehouse_name) as warehouse_name,
        max(sku) as sku,
        max(title) as title,
        max(lead_time_days) as lead_time_days,
        max(planned_lead_time_days) as planned_lead_time_days
    from lines
    group by account_id, vendor_key, warehouse_key, variant_id, purchase_order_id

),

orders_summed_to_variants as (

    select
        account_id,
        vendor_key,
        warehouse_key,
        variant_id,
        max(coalesce(vendor_name, vendor_key)) as vendor_name,
        max(coalesce(warehouse_name, warehouse_key)) as warehouse_name,
        max(sku) as sku,
        max(title) as title,
        count(*) as count_variant_orders,
        avg(lead_time_days) as mean_days,
        percentile_cont(0.5) within group (order by lead_time_days) as median_days,
        percentile_cont(0.9) within group (order by lead_time_days) as p90_days,
        stddev_samp(lead_time_days) as stddev_days,
        avg(planned_lead_time_days) as planned_mean_days
    from lines_summed_to_orders
    group by account_id, vendor_key, warehouse_key, variant_id

),

whole_orders as (

    select
        account_id,
        vendor_key,
        warehouse_key,
        purchase_order_id,
        max(lead_time_days) as lead_time_days
    from lines_summed_to_orders
    group by account_id, vendor_key, warehouse_key, purchase_order_id

),

orders_summed_to_vendors as (

    select
        account_id,
        vendor_key,
        warehouse_key,
        count(*) as count_vendor_orders,
        avg(lead_time_days) as mean_days,
        percentile_cont(0.5) within group (order by lead_time_days) as median_days,
        percentile_cont(0.9) within group (order by lead_time_days) as p90_days,
        stddev_samp(lead_time_days) as stddev_days
    from whole_orders
    group by account_id, vendor_key, warehouse_key

),

chosen as (

    select
        variants.account_id,
        variants.vendor_key,
        variants.warehouse_key,
        variants.variant_id,
        variants.vendor_name,
        variants.warehouse_name,
        variants.sku,
        variants.title,
        variants.count_variant_orders,
        vendors.count_vendor_orders,
        variants.planned_mean_days,
        case
            when variants.count_variant_orders >= {{ var('min_sample') }} then 'variant'
            when vendors.count_vendor_orders >= {{ var('min_sample') }} then 'vendor'
            else 'low_sample'
        end as basis,
        case
            when variants.count_variant_orders >= {{ var('min_sample') }} then variants.mean_days
            else vendors.mean_days
        end as lead_time_mean_days,
        case
            when variants.count_variant_orders >= {{ var('min_sample') }} then variants.median_days
            else vendors.median_days
        end as lead_time_median_days,
        case
            when variants.count_variant_orders >= {{ var('min_sample') }} then variants.p90_days
            else vendors.p90_days
        end as lead_time_p90_days,
        case
            when variants.count_variant_orders >= {{ var('min_sample') }} then variants.stddev_days
            else vendors.stddev_days
        end as lead_time_stddev_days
    from orders_summed_to_variants as variants
    inner join orders_summed_to_vendors as vendors
        on
            variants.account_id = vendors.account_id
            and variants.vendor_key = vendors.vendor_key
            and variants.warehouse_key = vendors.warehouse_key

),

final as (

    select

        -- ids
        account_id,
        variant_id,
        vendor_key as vendor_id,
        warehouse_key as warehouse_id,

        -- text
        vendor_name,
        warehouse_name,
        sku,
        title,
        basis as lead_time_basis,

        -- numerics
        count_variant_orders,
        count_vendor_orders,
        lead_time_mean_days,
        lead_time_median_days,
        lead_time_p90_days,
        lead_time_stddev_days,
        {{ rate('lead_time_stddev_days', 'lead_time_mean_days') }} as lead_time_cv,
        planned_mean_days as planned_lead_time_mean_days,
        1.28 * lead_time_stddev_days as safety_days_90,
        1.65 * lead_time_stddev_days as safety_days_95,
        2.05 * lead_time_stddev_days as safety_days_98,
        2.33 * lead_time_stddev_days as safety_days_99,

        -- dates
        {{ as_of_date() }} as as_of_date

    from chosen

)

select * from final
