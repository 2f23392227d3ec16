{# The figures of a variant, which the API returns for the variant itself and for each of its warehouses, with columns renamed. #}
{% macro catalog_figures() -%}
    -- text
    {{ trimmed('segment') }} as abc_segment,
    {{ trimmed('replenishment_notes') }} as replenishment_notes,

    -- numerics
    lead_time as lead_time_days,
    review_period as days_of_stock,
    minimum_stock,
    avg_lead_time as lead_time_days_api,
    in_stock as quantity_in_stock,
    purchase_orders_qty as quantity_on_order_api,
    cost_price as unit_cost,
    landing_cost_price as unit_landed_cost,
    price as selling_price,
    replenishment as quantity_recommended,
    to_order as quantity_to_order,
    oos as sells_out_in_days_api,
    sells_out_in_first as first_gap_in_days_api,
    forecast_stock_cover_day as stock_cover_days_api,
    forecasted_lost_revenue_lead_time as lost_revenue_api,
    overstocked_units as quantity_overstocked_api,
    overstocked_cost as overstocked_value_api,
    last_30_days_sales as quantity_sold_30_days,
    last_90_days_sales as quantity_sold_90_days,
    last_365_days_sales as quantity_sold_365_days,
    oos_last_60_days as days_out_of_stock_60_days,
    sales_velocity,

    -- booleans
    has_forecast_override,
    hide_in_replenishment as is_hidden,

    -- dates
    {{ parse_source_date('last_received_at_time', '_account_id') }} as last_received_date,
    {{ parse_source_date('replenish_date', '_account_id') }} as replenish_date,

    -- timestamps
    last_forecast_time as forecast_at
{%- endmacro %}


{# A setting in whole days; null if it is unset or implausible. #}
{% macro setting_in_days(days) -%}
    case when {{ days }} between 0 and 3650 then cast(round({{ days }}) as integer) end
{%- endmacro %}


{# A quantity of the catalog; null if it is implausibly large. #}
{% macro catalog_quantity(quantity) -%}
    case when abs({{ quantity }}) < {{ var('plausible_quantity') }} then {{ quantity }} end
{%- endmacro %}


{# A quantity divided by a number of days, rounded down to six decimals, so that rounding never causes a shortage. #}
{% macro units_per_day(quantity, days) -%}
    {%- set millionths = 'cast(round(cast(' ~ quantity ~ ' as double) * 1000000) as bigint)' -%}
    cast(
        round(({{ millionths }} - mod({{ millionths }}, {{ days }})) / {{ days }}) / 1000000.0
        as decimal(18, 6)
    )
{%- endmacro %}


{# How many whole times the divisor fits into the dividend; exact, because both are decimals. #}
{% macro whole_times(dividend, divisor) -%}
    {%- set safe_divisor = 'nullif(' ~ divisor ~ ', 0)' -%}
    cast(round(({{ dividend }} - mod({{ dividend }}, {{ safe_divisor }})) / {{ safe_divisor }}) as integer)
{%- endmacro %}


{# The value of a quantity, with six decimals; above a billion it is computed with doubles, which don't overflow. #}
{% macro units_value(quantity, unit_value) -%}
    case
        when abs({{ quantity }}) < 1e9 and abs({{ unit_value }}) < 1e9
            then {{ money_product(quantity, unit_value) }}
        else
            {{ fitting_decimal(
                'cast(' ~ quantity ~ ' as double) * cast(' ~ unit_value ~ ' as double)', 38, 6
            ) }}
    end
{%- endmacro %}
