{%- set all_variants = '(all variants)' -%}
{%- set all_warehouses = '(all warehouses)' -%}

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

lines_of_each_group as (
    {% for variant in ['variant_id', "'" ~ all_variants ~ "'"] %}
        {%- set is_last_variant = loop.last %}
        {%- for warehouse in ['warehouse_key', "'" ~ all_warehouses ~ "'"] %}
            select
                account_id,
                vendor_key as vendor_id,
                {{ variant }} as variant_id,
                {{ warehouse }} as warehouse_id,
                purchase_order_id,
                vendor_name,
                warehouse_name,
                sku,
                title,
                observed_lead_time_days,
                planned_lead_time_days
            from lines
            {{ 'union all' if not (loop.last and is_last_variant) }}
        {%- endfor %}
    {%- endfor %}

),

lines_summed_to_orders as (

    select
        account_id,
        vendor_id,
        warehouse_id,
        variant_id,
        purchase_order_id,
        max(vendor_name) as vendor_name,
        max(warehouse_name) as warehouse_name,
        max(sku) as sku,
        max(title) as title,
        max(observed_lead_time_days) as lead_time_days,
        max(planned_lead_time_days) as planned_lead_time_days
    from lines_of_each_group
    group by account_id, vendor_id, warehouse_id, variant_id, purchase_order_id

)

select

    -- ids
    account_id,
    vendor_id,
    warehouse_id,
    variant_id,

    -- text
    max(coalesce(vendor_name, vendor_id)) as vendor_name,
    max(coalesce(warehouse_name, warehouse_id)) as warehouse_name,
    max(sku) as sku,
    max(title) as title,

    -- numerics
    count(*) as count_orders,
    cast(avg(lead_time_days) as double) as mean_days,
    percentile_cont(0.5) within group (order by lead_time_days) as median_days,
    percentile_cont(0.9) within group (order by lead_time_days) as p90_days,
    cast(
        percentile_disc({{ var('lead_time_quantile') }}) within group (order by lead_time_days)
        as double
    ) as quantile_days,
    cast(stddev_samp(lead_time_days) as double) as stddev_days,
    cast(avg(planned_lead_time_days) as double) as planned_mean_days

from lines_summed_to_orders
group by account_id, vendor_id, warehouse_id, variant_id
