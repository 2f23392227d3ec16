{# On the variant itself, these cover all its warehouses together. -#}
{%- set sums = [
    'quantity_in_stock', 'quantity_on_order_api', 'quantity_recommended', 'quantity_to_order',
    'sells_out_in_days_api', 'first_gap_in_days_api', 'stock_cover_days_api', 'lost_revenue_api',
    'quantity_overstocked_api', 'overstocked_value_api', 'quantity_sold_30_days', 'quantity_sold_90_days',
    'quantity_sold_365_days', 'days_out_of_stock_60_days', 'sales_velocity', 'replenish_date',
    'last_received_date',
] -%}
{# On the variant itself, these apply to each of its warehouses. -#}
{%- set settings = [
    'lead_time_days', 'days_of_stock', 'minimum_stock', 'lead_time_days_api', 'unit_cost',
    'unit_landed_cost', 'abc_segment', 'replenishment_notes', 'has_forecast_override', 'is_hidden',
    'forecast_at',
] -%}
{%- set names = [
    'product_id', 'sku', 'title', 'product_title', 'barcode', 'brand', 'product_type', 'image'
] -%}

with

variants as (

    select * from {{ ref('stg_inventory_planner__variants') }}

),

merged_variants as (

    select * from {{ ref('int_merged_variants') }}

),

warehouses as (

    select * from {{ ref('stg_inventory_planner__warehouses') }}

),

warehouses_with_orders as (

    select * from {{ ref('warehouses') }}

),

warehouse_names as (

    {{ warehouse_names_by_account() }}

),

main_listings as (

    select
        account_id,
        variant_id,
        selling_price,
        row_number() over (
            partition by account_id, variant_id
            order by case when is_removed then 2 when is_main then 0 else 1 end, entry
        ) as place
    from {{ ref('stg_inventory_planner__variant_connections') }}
    where selling_price is not null

),

exchange_rates as (

    {{ exchange_rates_by_account() }}

),

current_exchange_rates as (

    select
        account_id,
        currency_code,
        rate,
        row_number() over (
            partition by account_id, currency_code order by valid_from desc
        ) as rates_from_the_last
    from exchange_rates
    where valid_from <= {{ as_of_date() }}

),

accounts as (

    select
        account_id,
        case when count(*) = 1 then min(warehouse_id) end as only_warehouse_id,
        case
            when min(currency_code) = max(currency_code) and count(*) = count(currency_code)
                then min(currency_code)
        end as currency_code
    from warehouses
    where deleted_at is null and not is_disabled and not is_combined
    group by account_id

),

entries as (

    select
        entries.*,
        warehouses.currency_code,
        coalesce(
            warehouses.is_combined,
            {{ is_combined_warehouse('entries.warehouse_id', 'null', 'entries.account_id') }}
        ) as is_combined,
        coalesce(warehouses.is_disabled, false) as is_disabled
    from {{ ref('stg_inventory_planner__variant_warehouses') }} as entries
    left join warehouses
        on
            entries.account_id = warehouses.account_id
            and entries.warehouse_id = warehouses.warehouse_id

),

counted_entries as (

    select
        *,
        not is_combined and not is_disabled as is_usable,
        count(*) filter (where not is_combined and not is_disabled) over variant_entries
            as count_usable,
        count(*) filter (where is_combined) over variant_entries as count_combined
    from entries
    window variant_entries as (partition by account_id, variant_id)

),

used_entries as (

    select * from counted_entries
    where is_usable or (count_usable = 0 and is_combined and count_combined = 1)

),

resolved as (

    select
        variants.account_id,
        variants.variant_id,
        case
            when entries.is_usable then entries.warehouse_id
            else accounts.only_warehouse_id
        end as warehouse_id,
        coalesce(entries.warehouse_id, '(all warehouses)') as stated_warehouse,
        coalesce(entries.currency_code, accounts.currency_code, 'XXX') as currency_code,
        coalesce(entries.count_usable, 0) <= 1 as is_only_row,
        {% for name in sums %}
            coalesce(
                entries.{{ name }},
                case when coalesce(entries.count_usable, 0) <= 1 then variants.{{ name }} end
            ) as {{ name }},
        {% endfor %}
        {% for name in settings %}
            coalesce(entries.{{ name }}, variants.{{ name }}) as {{ name }},
        {% endfor %}
        coalesce(entries.selling_price, variants.selling_price, main_listings.selling_price)
            as selling_price,
        {% for name in names %}
            variants.{{ name }},
        {% endfor %}
        variants.synced_at,
        variants.deleted_at,
        merged_variants.merged_into_variant_id,
        variants.is_removed or variants.deleted_at is not null as is_removed
    from variants
    left join used_entries as entries
        on
            variants.account_id = entries.account_id
            and variants.variant_id = entries.variant_id
    left join accounts
        on variants.account_id = accounts.account_id
    left join main_listings
        on
            variants.account_id = main_listings.account_id
            and variants.variant_id = main_listings.variant_id
            and main_listings.place = 1
    left join merged_variants
        on
            variants.account_id = merged_variants.account_id
            and variants.variant_id = merged_variants.variant_id

)

select

    -- ids
    resolved.account_id,
    resolved.variant_id,
    resolved.warehouse_id,
    coalesce(resolved.warehouse_id, '(all warehouses)') as warehouse_key,
    resolved.stated_warehouse,
    resolved.merged_into_variant_id,

    -- text
    {% for name in names %}
        resolved.{{ name }},
    {% endfor %}
    coalesce(
        warehouses_with_orders.warehouse_name,
        warehouse_names.warehouse_name,
        warehouses.warehouse_name,
        resolved.warehouse_id
    ) as warehouse_name,
    resolved.currency_code,
    resolved.abc_segment,
    resolved.replenishment_notes,

    -- numerics
    {{ setting_in_days('resolved.lead_time_days') }} as configured_lead_time_days,
    {{ setting_in_days('resolved.days_of_stock') }} as days_of_stock,
    resolved.lead_time_days_api as api_lead_time_days,
    coalesce(
        {{ setting_in_days('resolved.lead_time_days') }},
        {{ setting_in_days('resolved.lead_time_days_api') }},
        {{ var('default_lead_time_days') }}
    ) as lead_time_days,
    {% for name in [
        'minimum_stock', 'quantity_in_stock', 'quantity_on_order_api', 'quantity_recommended',
        'quantity_to_order', 'quantity_overstocked_api', 'quantity_sold_30_days',
        'quantity_sold_90_days', 'quantity_sold_365_days', 'sales_velocity',
    ] %}
        {{ catalog_quantity('resolved.' ~ name) }} as {{ name }},
    {% endfor %}
    resolved.sells_out_in_days_api,
    resolved.first_gap_in_days_api,
    resolved.stock_cover_days_api,
    resolved.days_out_of_stock_60_days,
    resolved.selling_price,
    resolved.unit_cost,
    resolved.unit_landed_cost,
    resolved.lost_revenue_api,
    resolved.overstocked_value_api,
    case
        when resolved.currency_code = {{ reporting_currency('resolved.account_id') }}
            then cast(1 as decimal(20, 12))
        when {{ reporting_currency('resolved.account_id') }} is not null then exchange_rates.rate
    end as exchange_rate,

    -- booleans
    resolved.is_only_row,
    resolved.is_removed,
    coalesce(resolved.is_hidden, false) as is_hidden,
    coalesce(resolved.has_forecast_override, false) as has_forecast_override,
    not resolved.is_removed
    and not coalesce(resolved.is_hidden, false)
    and resolved.merged_into_variant_id is null as is_planned,

    -- dates
    resolved.last_received_date,
    resolved.replenish_date,

    -- timestamps
    resolved.forecast_at,
    resolved.synced_at,
    resolved.deleted_at

from resolved
left join warehouses
    on
        resolved.account_id = warehouses.account_id
        and resolved.warehouse_id = warehouses.warehouse_id
left join warehouses_with_orders
    on
        resolved.account_id = warehouses_with_orders.account_id
        and resolved.warehouse_id = warehouses_with_orders.warehouse_id
left join warehouse_names
    on
        resolved.account_id = warehouse_names.account_id
        and resolved.warehouse_id = warehouse_names.warehouse_id
left join current_exchange_rates as exchange_rates
    on
        resolved.account_id = exchange_rates.account_id
        and resolved.currency_code = exchange_rates.currency_code
        and exchange_rates.rates_from_the_last = 1
