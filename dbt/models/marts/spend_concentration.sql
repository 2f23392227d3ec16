with

vendors as (

    select
        account_id,
        currency_code,
        'vendor' as spend_by,
        vendor_id as spender_id,
        vendor_name as spender_name,
        ordered_value as spend
    from {{ ref('vendor_scorecard') }}
    where period = '365'

),

variants as (

    select
        account_id,
        currency_code,
        'variant' as spend_by,
        variant_id as spender_id,
        max(sku) as spender_name,
        coalesce(sum(ordered_value), 0) as spend
    from {{ ref('purchase_order_lines') }}
    where
        is_vendor_scope
        and {{ days_between('coalesce(promise_date, order_date)', as_of_date()) }} between 0 and 364
    group by account_id, currency_code, variant_id

),

vendors_and_variants as (

    select * from vendors
    union all
    select * from variants

),

shares as (

    select
        *,
        {{ rate('spend', 'sum(spend) over all_spend') }} as spend_share,
        {{ rate('sum(spend) over by_spend', 'sum(spend) over all_spend') }}
            as cumulative_spend_share,
        {{ rate('sum(spend) over by_spend - spend', 'sum(spend) over all_spend') }}
            as spend_share_before,
        row_number() over by_spend as spend_rank
    from vendors_and_variants
    where spend > 0
    window
        all_spend as (partition by account_id, currency_code, spend_by),
        by_spend as (
            partition by account_id, currency_code, spend_by
            order by spend desc, spender_name asc, spender_id asc
            rows between unbounded preceding and current row
        )

),

final as (

    select

        -- ids
        account_id,
        spender_id as spend_id,

        -- text
        spend_by,
        spender_name as spend_name,
        currency_code,
        case
            when spend_share_before < {{ var('abc_thresholds')[0] }} then 'A'
            when spend_share_before < {{ var('abc_thresholds')[1] }} then 'B'
            else 'C'
        end as abc_class,

        -- numerics
        spend_rank,
        cast(spend as decimal(38, 6)) as ordered_value,
        spend_share,
        cumulative_spend_share,
        sum(spend_share * spend_share) over (partition by account_id, currency_code, spend_by)
            as hhi,

        -- dates
        {{ as_of_date() }} as as_of_date

    from shares

)

select * from final
