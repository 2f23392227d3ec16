select

    -- ids
    account_id,
    purchase_order_id,

    -- numerics
    count_versions,
    count_reopenings,
    count_promise_changes,
    count_promise_changes_after_due,

    -- dates
    first_seen_date,
    activation_date,
    promise_original,

    -- timestamps
    closed_at

from {{ ref('int_order_history') }}
