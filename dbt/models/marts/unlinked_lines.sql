{# Why no other system can match a line, the condition, and when no other reason comes before it. #}
{%- set reasons = [
    ('not_in_catalog', 'catalog_variant_id is null', 'true'),
    ('removed', 'is_removed', 'true'),
    ('no_sku', 'catalog_variant_id is not null and catalog_sku is null', 'not is_removed'),
    ('shared_sku', 'is_sku_shared and not is_removed', 'true'),
] -%}

with

open_lines as (

    select * from {{ ref('open_lines') }}

),

-- without a row, the catalog of an account was never read, and nothing is known of its lines
catalogs as (

    select distinct account_id
    from {{ ref('stg_inventory_planner__variants') }}

),

variants as (

    select * from {{ ref('stg_inventory_planner__variants') }}
    where deleted_at is null

),

shared_skus as (

    select
        account_id,
        sku_key
    from variants
    where not is_removed and sku_key is not null
    group by account_id, sku_key
    having count(*) > 1

),

lines as (

    select
        open_lines.*,
        variants.variant_id as catalog_variant_id,
        variants.sku as catalog_sku,
        variants.title as catalog_title,
        variants.is_removed,
        shared_skus.sku_key is not null as is_sku_shared
    from open_lines
    inner join catalogs
        on open_lines.account_id = catalogs.account_id
    left join variants
        on
            open_lines.account_id = variants.account_id
            and open_lines.variant_id = variants.variant_id
    left join shared_skus
        on
            variants.account_id = shared_skus.account_id
            and variants.sku_key = shared_skus.sku_key
    where open_lines.order_type in ('po', 'transfer')

),

unlinked as (
    {% for reason, condition, main_condition in reasons %}
        select

            -- ids
            account_id,
            purchase_order_line_id,
            purchase_order_id,
            variant_id,
            vendor_id,
            warehouse_id,

            -- text
            '{{ reason }}' as reason,
            purchase_order_number,
            order_type,
            vendor_name,
            warehouse_name,
            coalesce(catalog_sku, sku) as sku,
            coalesce(catalog_title, title) as title,
            currency_code,

            -- numerics
            line_number,
            quantity_open,
            open_value,
            open_value_reporting,
            days_since_order as days_open,

            -- booleans
            {{ main_condition }} as is_main_reason,

            -- dates
            sent_date,
            promise_current,
            as_of_date

        from lines
        where {{ condition }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from unlinked
