with

lead_times as (

    select * from {{ ref('int_lead_times') }}
    where warehouse_id <> '(all warehouses)'

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
            and variants.vendor_id = vendors.vendor_id
            and variants.warehouse_id = vendors.warehouse_id
            and variants.variant_id <> '(all variants)'
            and vendors.variant_id = '(all variants)'

),

final as (

    select

        -- ids
        variants.account_id,
        variants.variant_id,
        variants.vendor_id,
        variants.warehouse_id,

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
            and variants.vendor_id = lead_times.vendor_id
            and variants.warehouse_id = lead_times.warehouse_id
            and lead_times.variant_id
            = case
                when variants.lead_time_basis = 'variant' then variants.variant_id
                else '(all variants)'
            end

)

select * from final
