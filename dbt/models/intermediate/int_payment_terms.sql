{%- set fillers = [
    'a', 'an', 'the', 'of', 'from', 'after', 'in', 'to', 'with', 'within', 'is', 'are', 'due',
    'payable', 'payment', 'pay', 'terms?', 'full', 'strictly', 'invoice', 'date',
    'bank', 'wire', 'transfer', 't/t', 'tt', 'eft', 'ach', 'cheque', 'check'
] -%}
{%- set number = '([0-9]{1,3})' -%}
{%- set days = ' ?(?:d|days?)?' -%}
{%- set discount = '(?:[0-9]+ ?(?:%|/|% ?/) ?(?:discount )?[0-9]{1,3}' ~ days ~ ' ?)?' -%}
{%- set net = '(?:' ~ discount ~ '(?:(?:net|n)[ /]?| ))?' -%}
{%- set arrival = '(?:on |upon |at )?(?:receipt|delivery|arrival|goods|receipt goods)' -%}
{%- set month_end = '(?:eom|end month)' -%}
{%- set net_days = net ~ number ~ days ~ '(?: net)?' -%}
{%- set days_after_arrival = '^' ~ net_days ~ '(?: ' ~ arrival ~ ')?$' -%}
{%- set days_before_month_end = '^' ~ net_days ~ ' ?' ~ month_end ~ '$' -%}
{%- set more_days = '(?: ?[+]? ?(?:net ?)?' ~ number ~ days ~ ')?' -%}
{%- set days_after_month_end = '^' ~ net ~ month_end ~ more_days ~ '$' -%}
{%- set on_arrival = '^(?:net )?(?:cod|(?:(?:cash|collect) )?' ~ arrival ~ '|immediate(?:ly)?)$' -%}
{%- set advance = 'advance|order|pre ?paid|pre ?payment|pre ?pay|pre|up ?front|cia|cwo|pia' -%}
{%- set in_advance = '^(?:100 ?% )?(?:cash )?(?:on )?(?:' ~ advance ~ ')$' -%}

with

payment_terms as (

    select distinct payment_terms
    from {{ ref('int_orders') }}
    where payment_terms is not null

),

lowered as (

    select
        payment_terms,
        {{ with_matches_replaced("' ' || lower(payment_terms) || ' '", '[.]', '') }} as words
    from payment_terms

),

spaced as (

    select
        payment_terms,
        {{ with_matches_replaced('words', '[-,;:()_ ]+', ' ') }} as words
    from lowered

),

shortened as (

    select
        payment_terms,
        trim({{ with_matches_replaced('words', '(?: (?:' ~ fillers | join('|') ~ '))+ ', ' ') }})
            as words
    from spaced

),

terms_read as (

    select
        payment_terms,
        case
            when {{ is_matched('words', days_after_arrival) }} then 'receipt'
            when {{ is_matched('words', days_before_month_end) }} then 'end of month'
            when {{ is_matched('words', days_after_month_end) }} then 'end of month'
            when {{ is_matched('words', on_arrival) }} then 'receipt'
            when {{ is_matched('words', in_advance) }} then 'order'
        end as due_from,
        cast(
            coalesce(
                {{ first_group('words', days_after_arrival) }},
                {{ first_group('words', days_before_month_end) }},
                {{ first_group('words', days_after_month_end) }},
                '0'
            ) as integer
        ) as days_net
    from shortened

)

select
    payment_terms,
    due_from,
    case when due_from is not null then days_net end as days_net
from terms_read
