with

vendors as (

    select * from {{ ref('int_vendor_orders') }}
    where period not like '% before'

),

ranked_by_spend as (

    select
        account_id,
        vendor_id,
        currency_code,
        period,
        {{ rate('ordered_value', 'sum(ordered_value) over all_vendors') }} as spend_share,
        {{ rate('sum(ordered_value) over by_spend', 'sum(ordered_value) over all_vendors') }}
            as cumulative_spend_share,
        {{
            rate(
                'sum(ordered_value) over by_spend - ordered_value',
                'sum(ordered_value) over all_vendors'
            )
        }} as spend_share_before
    from vendors
    window
        all_vendors as (partition by account_id, currency_code, period),
        by_spend as (
            partition by account_id, currency_code, period
            order by ordered_value desc, vendor_id asc
            rows between unbounded preceding and current row
        )

),

classed as (

    select
        *,
        {{ abc_class('spend_share_before') }} as abc_class
    from ranked_by_spend

)

select * from classed
