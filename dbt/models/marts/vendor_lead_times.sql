with

lines as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key
    from {{ ref('purchase_order_lines') }}
    where
        is_vendor_order
        and observed_lead_time_days is not null
        and {{ days_between('completion_date', as_of_date()) }}
        between 0 and {{ var('lead_time_window_days') }}

),

lines_by_variant_and_over_all as (

    select
        *,
        variant_id as variant_key
    from lines
    union all
    select
        *,
        '(all variants)' as variant_key
    from lines

),

lines_summed_to_orders as (

    select
        account_id,
        vendor_key,
        warehouse_key,
        variant_key,
        purchase_order_id,
        max(vendor_name) as vendor_name,
        max(warehouse_name) as warehouse_name,
        max(sku) as sku,
        max(title) as title,
        max(observed_lead_time_days) as lead_time_days,
        max(planned_lead_time_days) as planned_lead_time_days
    from lines_by_variant_and_over_all
    group by account_id, vendor_key, warehouse_key, variant_key, purchase_order_id

),

lead_times as (

    select
        account_id,
        vendor_key,
        warehouse_key,
        variant_key,
        max(coalesce(vendor_name, vendor_key)) as vendor_name,
        max(coalesce(warehouse_name, warehouse_key)) as warehouse_name,
        max(sku) as sku,
        max(title) as title,
        count(*) as count_orders,
        cast(avg(lead_time_days) as double) as mean_days,
        percentile_cont(0.5) within group (order by lead_time_days) as median_days,
        percentile_cont(0.9) within group (order by lead_time_days) as p90_days,
        stddev_samp(lead_time_days) as stddev_days,
        cast(avg(planned_lead_time_days) as double) as planned_mean_days
    from lines_summed_to_orders
    group by account_id, vendor_key, warehouse_key, variant_key

),

variants_with_basis as (

    select
        variants.*,
        vendors.count_orders as count_vendor_orders,
        case
            when variants.count_orders >= {{ var('min_sample') }} then 'variant'
            when vendors.count_orders >= {{ var('min_sample') }} then 'vendor'
            else 'low_sample'
        end as lead_time_basis
    from lead_times as variants
    inner join lead_times as vendors
        on
            variants.account_id = vendors.account_id
            and variants.vendor_key = vendors.vendor_key
            and variants.warehouse_key = vendors.warehouse_key
            and variants.variant_key <> '(all variants)'
            and vendors.variant_key = '(all variants)'

),

final as (

    select

        -- ids
        variants.account_id,
        variants.variant_key as variant_id,
        variants.vendor_key as vendor_id,
        variants.warehouse_key as warehouse_id,

        -- text
        variants.vendor_name,
        variants.warehouse_name,
        variants.sku,
        variants.title,
        variants.lead_time_basis,

        -- numerics
        variants.count_orders as count_variant_orders,
        variants.count_vendor_orders,
        lead_times.mean_days as lead_time_mean_days,
        lead_times.median_days as lead_time_median_days,
        lead_times.p90_days as lead_time_p90_days,
        lead_times.stddev_days as lead_time_stddev_days,
        {{ rate('lead_times.stddev_days', 'lead_times.mean_days') }} as lead_time_cv,
        variants.planned_mean_days as planned_lead_time_mean_days,
        1.28 * lead_times.stddev_days as safety_days_90,
        1.65 * lead_times.stddev_days as safety_days_95,
        2.05 * lead_times.stddev_days as safety_days_98,
        2.33 * lead_times.stddev_days as safety_days_99,

        -- dates
        {{ as_of_date() }} as as_of_date

    from variants_with_basis as variants
    inner join lead_times
        on
            variants.account_id = lead_times.account_id
            and variants.vendor_key = lead_times.vendor_key
            and variants.warehouse_key = lead_times.warehouse_key
            and lead_times.variant_key
            = case
                when variants.lead_time_basis = 'variant' then variants.variant_key
                else '(all variants)'
            end

)

select * from final
