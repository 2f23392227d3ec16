with

transfers as (

    select
        *,
        coalesce(source_warehouse_id, '(no warehouse)') as source_warehouse_key,
        coalesce(warehouse_id, '(no warehouse)') as warehouse_key,
        {{ start_of('month', 'coalesce(promise_date, sent_date)') }} as report_month,
        case
            when promise_date is not null then 'promise'
            when sent_date is not null then 'order'
            else 'none'
        end as month_source,
        is_on_time is not null or is_overdue as is_due,
        case when transit_days >= 0 then transit_days end as observed_transit_days
    from {{ ref('transfers') }}
    where is_placed

),

transfers_summed_to_lanes as (

    select
        account_id,
        source_warehouse_key,
        warehouse_key,
        currency_code,
        report_month,
        month_source,
        max(coalesce(source_warehouse_name, source_warehouse_key)) as source_warehouse_name,
        max(coalesce(warehouse_name, warehouse_key)) as warehouse_name,
        count(distinct purchase_order_id) as count_orders,
        count(*) as count_lines,
        count(*) filter (where quantity_open > 0) as count_open_lines,
        count(*) filter (where is_overdue) as count_overdue_lines,
        count(*) filter (where is_due) as count_due_lines,
        count(*) filter (where is_on_time) as count_on_time_lines,
        sum(quantity_ordered) as quantity_ordered,
        sum(basis_quantity) as basis_quantity,
        sum(quantity_received) as quantity_received,
        sum(quantity_capped) as quantity_capped,
        sum(quantity_open) as quantity_open,
        sum(quantity_short) as quantity_short,
        coalesce(sum(open_value), 0) as open_value,
        count(observed_transit_days) as count_transit_days,
        cast(avg(observed_transit_days) as double) as transit_mean_days,
        percentile_cont(0.5) within group (order by observed_transit_days) as transit_median_days,
        percentile_cont(0.9) within group (order by observed_transit_days) as transit_p90_days
    from transfers
    group by
        account_id,
        source_warehouse_key,
        warehouse_key,
        currency_code,
        report_month,
        month_source

),

final as (

    select

        -- ids
        account_id,
        source_warehouse_key as source_warehouse_id,
        warehouse_key as warehouse_id,

        -- text
        source_warehouse_name,
        warehouse_name,
        currency_code,
        month_source,

        -- numerics
        count_orders,
        count_lines,
        count_open_lines,
        count_overdue_lines,
        count_due_lines,
        count_on_time_lines,
        {{ rate('count_on_time_lines', 'count_due_lines') }} as on_time_rate,
        quantity_ordered,
        basis_quantity,
        quantity_received,
        quantity_capped,
        quantity_open,
        quantity_short,
        {{ rate('quantity_capped', 'basis_quantity') }} as fill_rate,
        open_value,
        count_transit_days,
        transit_mean_days,
        transit_median_days,
        transit_p90_days,

        -- dates
        report_month,
        {{ as_of_date() }} as as_of_date

    from transfers_summed_to_lanes

)

select * from final
