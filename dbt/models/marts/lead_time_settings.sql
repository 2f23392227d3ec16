{%- set bounds = var('lead_time_bounds') -%}
{%- set max_change = var('lead_time_max_change_days') -%}

with

variants as (

    select
        *,
        coalesce(vendor_id, '(no vendor)') as vendor_key,
        coalesce(warehouse_id, '(all warehouses)') as warehouse_key
    from {{ ref('variants') }}
    where is_planned

),

lead_times as (

    select * from {{ ref('int_lead_times') }}

),

observed as (

    select
        variants.*,
        {% for name in [
            'count_orders', 'median_days', 'quantile_days', 'stddev_days', 'planned_mean_days'
        ] %}
            case
                when own.count_orders >= {{ var('min_sample') }} then own.{{ name }}
                else vendors.{{ name }}
            end as {{ name }},
        {% endfor %}
        coalesce(own.count_orders >= {{ var('min_sample') }}, false) as is_own_enough,
        coalesce(vendors.count_orders >= {{ var('min_sample') }}, false) as is_vendor_enough
    from variants
    left join lead_times as own
        on
            variants.account_id = own.account_id
            and variants.vendor_key = own.vendor_id
            and variants.warehouse_key = own.warehouse_id
            and variants.variant_id = own.variant_id
    left join lead_times as vendors
        on
            variants.account_id = vendors.account_id
            and variants.vendor_key = vendors.vendor_id
            and variants.warehouse_key = vendors.warehouse_id
            and vendors.variant_id = '(all variants)'

),

judged as (

    select
        *,
        case
            when is_own_enough then 'variant'
            when is_vendor_enough then 'vendor'
            when count_orders > 0 then 'low_sample'
            else 'none'
        end as lead_time_basis,
        least(greatest(cast(ceiling(quantile_days) as integer), {{ bounds[0] }}), {{ bounds[1] }})
            as needed_days
    from observed

),

reasoned as (

    select
        *,
        case
            when lead_time_basis not in ('variant', 'vendor') then 'low sample'
            when configured_lead_time_days is null then 'no setting'
            when needed_days - configured_lead_time_days > {{ var('lead_time_tolerance_days') }}
                then 'too short'
            when configured_lead_time_days - needed_days > {{ var('lead_time_tolerance_days') }}
                then 'too long'
            else 'keep'
        end as proposal_reason
    from judged

),

proposals as (

    select
        *,
        case proposal_reason
            when 'no setting' then needed_days
            when 'too short' then least(needed_days, configured_lead_time_days + {{ max_change }})
            when 'too long' then greatest(needed_days, configured_lead_time_days - {{ max_change }})
        end as proposed_lead_time_days
    from reasoned

)

select

    -- ids
    account_id,
    variant_id,
    warehouse_id,
    vendor_id,

    -- text
    sku,
    title,
    warehouse_name,
    vendor_name,
    lead_time_basis,
    proposal_reason,

    -- numerics
    configured_lead_time_days,
    cast(floor(median_days + 0.5) as integer) as observed_lead_time_days,
    cast(ceiling(quantile_days) as integer) as needed_lead_time_days,
    api_lead_time_days,
    coalesce(count_orders, 0) as count_orders,
    stddev_days as lead_time_stddev_days,
    1.65 * stddev_days as safety_days_95,
    planned_mean_days as planned_lead_time_mean_days,
    case
        when lead_time_basis in ('variant', 'vendor')
            then cast(ceiling(quantile_days) as integer) - configured_lead_time_days
    end as error_days,
    proposed_lead_time_days,

    -- booleans
    proposed_lead_time_days is not null as is_proposed,

    -- dates
    {{ as_of_date() }} as as_of_date

from proposals
