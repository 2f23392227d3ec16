select

    -- ids
    _account_id as account_id,
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
    before as values_before,
    after as values_after,
    body as sent_body,
    content_digest,
    file_rows,

    -- numerics
    count_values,

    -- timestamps
    recorded_at,
    ended_at

from {{ source('inventory_planner', '_writes') }}
