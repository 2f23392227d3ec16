with

writes as (

    select * from {{ ref('stg_inventory_planner__writes') }}

),

final as (

    select

        -- ids
        account_id,
        write_id,
        job_id,
        purchase_order_id,

        -- text
        purchase_order_number,
        command,
        action,
        target,
        state,
        message,
        resolved_by,
        user_name,
        values_before,
        values_after,
        sent_body,
        file_rows,

        -- numerics
        count_values,

        -- booleans
        state in ('sent', 'unknown') as is_in_doubt,
        state = 'failed' as is_failed,

        -- timestamps
        recorded_at,
        ended_at

    from writes

)

select * from final
