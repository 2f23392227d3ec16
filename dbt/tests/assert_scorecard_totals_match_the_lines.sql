with

lines_summed_to_currencies as (

    select
        account_id,
        currency_code,
        count(*) as count_lines,
        count(*) filter (where is_due) as count_due_lines,
        sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received,
        coalesce(sum(ordered_value), 0) as ordered_value
    from {{ ref('purchase_order_lines') }}
    where order_type = 'po' and status_type not in ('draft', 'canceled')
    group by account_id, currency_code

),

scorecard_summed_to_currencies as (

    select
        account_id,
        currency_code,
        sum(count_lines) as count_lines,
        sum(count_due_lines) as count_due_lines,
        sum(quantity_ordered) as quantity_ordered,
        sum(quantity_received) as quantity_received,
        sum(ordered_value) as ordered_value
    from {{ ref('vendor_scorecard') }}
    where count_lines > 0
    group by account_id, currency_code

)

select
    coalesce(expected.account_id, scored.account_id) as account_id,
    coalesce(expected.currency_code, scored.currency_code) as currency_code,
    expected.count_lines,
    scored.count_lines as count_scored_lines
from lines_summed_to_currencies as expected
full outer join scorecard_summed_to_currencies as scored
    on
        expected.account_id = scored.account_id
        and expected.currency_code = scored.currency_code
where
    not coalesce(
        expected.count_lines = scored.count_lines
        and expected.count_due_lines = scored.count_due_lines
        and expected.quantity_ordered = scored.quantity_ordered
        and expected.quantity_received = scored.quantity_received
        and expected.ordered_value = scored.ordered_value,
        false
    )
