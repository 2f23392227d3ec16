{# The columns of int_vendor_scores come first. AM04: see the YAML. -#}
{% set measures_before = [
    'count_due_lines', 'on_time_rate', 'otif_line_rate', 'due_fill_rate', 'lead_time_mean_days',
    'received_value', 'score',
] -%}

select
    scores.*,  -- noqa: AM04
    spend.spend_share,
    spend.cumulative_spend_share,
    spend.abc_class,
    {%- for measure in measures_before %}
        earlier_scores.{{ measure }} as {{ measure }}_before,
    {%- endfor %}
    {{ as_of_date() }} as as_of_date
from {{ ref('int_vendor_scores') }} as scores
inner join {{ ref('int_vendor_spend') }} as spend
    on
        scores.account_id = spend.account_id
        and scores.vendor_id = spend.vendor_id
        and scores.currency_code = spend.currency_code
        and scores.period = spend.period
left join {{ ref('int_vendor_scores') }} as earlier_scores
    on
        scores.account_id = earlier_scores.account_id
        and scores.vendor_id = earlier_scores.vendor_id
        and scores.currency_code = earlier_scores.currency_code
        and concat(scores.period, ' before') = earlier_scores.period
