with

periods as (

    {{ periods() }}

),

vendors as (

    select
        account_id,
        currency_code,
        period,
        'vendor' as spend_by,
        vendor_id as spender_id,
        vendor_name as spender_name,
        ordered_value as spend,
        ordered_value_reporting as spend_reporting
    from {{ ref('vendor_scorecard') }}

),

lines as (

    select
        *,
        {{ days_between('coalesce(promise_date, sent_date)', as_of_date()) }} as days_ago
    from {{ ref('purchase_order_lines') }}
    where is_vendor_order

),

variants as (

    select
        lines.account_id,
        lines.currency_code,
        periods.period,
        'variant' as spend_by,
        lines.variant_id as spender_id,
        max(lines.sku) as spender_name,
        coalesce(sum(lines.ordered_value), 0) as spend,
        {{ sum_of_reporting('lines.ordered_value') }} as spend_reporting
    from lines
    inner join periods
        on {{ is_in_period('lines.days_ago') }}
    group by lines.account_id, lines.currency_code, lines.variant_id, periods.period

),

vendors_and_variants as (

    select * from vendors
    union all
    select * from variants

),

summed_over_currencies as (

    select
        account_id,
        {{ reporting_currency('account_id') }} as currency_code,
        period,
        spend_by,
        spender_id,
        max(spender_name) as spender_name,
        'reporting' as value_basis,
        {{ sum_of_reporting('spend') }} as spend
    from vendors_and_variants
    group by account_id, period, spend_by, spender_id

),

by_currency_and_over_all as (

    select
        account_id,
        currency_code,
        period,
        spend_by,
        spender_id,
        spender_name,
        'order' as value_basis,
        spend
    from vendors_and_variants
    union all
    select * from summed_over_currencies

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
    from by_currency_and_over_all
    where spend > 0
    window
        all_spend as (partition by account_id, period, value_basis, currency_code, spend_by),
        by_spend as (
            partition by account_id, period, value_basis, currency_code, spend_by
            order by spend desc, spender_name asc nulls last, spender_id asc
            rows between unbounded preceding and current row
        )

),

final as (

    select

        -- ids
        account_id,
        spender_id as spend_id,

        -- text
        period,
        spend_by,
        spender_name as spend_name,
        value_basis,
        currency_code,
        {{ abc_class('spend_share_before') }} as abc_class,

        -- numerics
        spend_rank,
        cast(spend as decimal(38, 6)) as ordered_value,
        spend_share,
        cumulative_spend_share,
        sum(spend_share * spend_share) over (
            partition by account_id, period, value_basis, currency_code, spend_by
        ) as hhi,

        -- dates
        {{ as_of_date() }} as as_of_date

    from shares

)

select * from final
