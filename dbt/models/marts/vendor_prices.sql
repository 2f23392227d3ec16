with

variants as (

    select * from {{ ref('stg_inventory_planner__variants') }}
    where deleted_at is null and not is_removed

),

prices as (

    select
        prices.*,
        order_lines.last_receipt_date,
        priced_lines.unit_price,
        row_number() over (
            partition by prices.account_id, prices.variant_id, prices.vendor_id
            order by
                prices.sent_date desc,
                prices.purchase_order_id desc, prices.purchase_order_line_id desc
        ) as purchases_from_the_last,
        row_number() over (
            partition by prices.account_id, prices.variant_id, prices.vendor_id
            order by
                case when prices.quantity_received > 0 then 0 else 1 end,
                order_lines.last_receipt_date desc nulls last,
                prices.purchase_order_id desc, prices.purchase_order_line_id desc
        ) as receipts_from_the_last
    from {{ ref('price_history') }} as prices
    inner join {{ ref('purchase_order_lines') }} as order_lines
        on
            prices.account_id = order_lines.account_id
            and prices.purchase_order_line_id = order_lines.purchase_order_line_id
    inner join {{ ref('int_lines') }} as priced_lines
        on
            prices.account_id = priced_lines.account_id
            and prices.purchase_order_line_id = priced_lines.purchase_order_line_id

),

last_purchases as (

    select * from prices
    where purchases_from_the_last = 1 and vendor_id <> '(no vendor)'

),

catalog_and_purchases as (

    select
        coalesce(offers.account_id, purchases.account_id) as account_id,
        coalesce(offers.variant_id, purchases.variant_id) as variant_id,
        coalesce(offers.vendor_id, purchases.vendor_id) as vendor_id,
        coalesce(purchases.vendor_name, offers.vendor_name) as vendor_name,
        offers.vendor_position,
        coalesce(offers.currency_code, 'XXX') as catalog_currency_code,
        case when offers.unit_cost > 0 then offers.unit_cost end as catalog_unit_cost,
        case when offers.unit_landed_cost > 0 then offers.unit_landed_cost end
            as catalog_unit_landed_cost,
        purchases.purchase_order_id,
        purchases.purchase_order_number,
        purchases.currency_code as paid_currency_code,
        purchases.unit_cost as paid_unit_cost,
        purchases.unit_price as paid_unit_price,
        purchases.sent_date as paid_date
    from {{ ref('int_variant_vendors') }} as offers
    full outer join last_purchases as purchases
        on
            offers.account_id = purchases.account_id
            and offers.variant_id = purchases.variant_id
            and offers.vendor_id = purchases.vendor_id

),

compared as (

    select
        known.*,
        variants.sku,
        variants.title,
        receipts.currency_code as received_currency_code,
        receipts.unit_cost as received_unit_cost,
        {% for name, price, currency in [
            ('paid', 'paid_unit_price', 'known.paid_currency_code'),
            ('received', 'receipts.unit_price', 'receipts.currency_code'),
        ] %}
            case
                when known.catalog_currency_code = {{ currency }}
                    then {{ rate(price ~ ' - catalog_unit_cost', 'catalog_unit_cost') }}
            end as {{ name }}_difference_rate,
        {% endfor %}
        receipts.last_receipt_date as received_date
    from catalog_and_purchases as known
    inner join variants
        on
            known.account_id = variants.account_id
            and known.variant_id = variants.variant_id
    left join prices as receipts
        on
            known.account_id = receipts.account_id
            and known.variant_id = receipts.variant_id
            and known.vendor_id = receipts.vendor_id
            and receipts.receipts_from_the_last = 1
            and receipts.quantity_received > 0

)

select

    -- ids
    account_id,
    variant_id,
    vendor_id,
    purchase_order_id,

    -- text
    sku,
    title,
    vendor_name,
    purchase_order_number,
    case
        when vendor_position is null then 'vendor not in catalog'
        when catalog_unit_cost is null then 'no catalog cost'
        when paid_unit_cost is null then 'never bought'
        when paid_difference_rate is null then 'other currency'
        when abs(paid_difference_rate) <= {{ var('price_jump_threshold') }} then 'agree'
        when paid_difference_rate > 0 then 'catalog too low'
        else 'catalog too high'
    end as comparison,
    catalog_currency_code,
    paid_currency_code,
    received_currency_code,

    -- numerics
    vendor_position,
    catalog_unit_cost,
    catalog_unit_landed_cost,
    paid_unit_cost,
    paid_unit_price,
    received_unit_cost,
    paid_difference_rate,
    received_difference_rate,

    -- dates
    paid_date,
    received_date,
    {{ as_of_date() }} as as_of_date

from compared
