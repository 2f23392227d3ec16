with

source as (

    select * from {{ source('inventory_planner', '_syncs') }}

),

renamed as (

    select

        -- ids
        _account_id as account_id,
        sync_id,

        -- text
        outcome,
        sync_kind,
        error,

        -- numerics
        requests as count_requests,
        retries as count_retries,
        pages as count_pages,
        orders as count_orders,
        lines as count_lines,
        deleted as count_deleted,
        quarantined as count_quarantined,
        bytes as bytes_read,
        waited_seconds,
        account_orders as count_account_orders,
        warehouse_orders as count_warehouse_orders,

        -- timestamps
        started_at,
        ended_at,
        cursor_before as cursor_before_at,
        cursor_after as cursor_after_at

    from source

)

select * from renamed
