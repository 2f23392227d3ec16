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

(
    select * from lines_summed_to_currencies
    except
    select * from scorecard_summed_to_currencies
)
union all
(
    select * from scorecard_summed_to_currencies
    except
    select * from lines_summed_to_currencies
)
