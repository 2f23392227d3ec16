with

snapshots as (

    select * from {{ ref('purchase_order_snapshots') }}

),

status_types as (

    select * from {{ ref('int_status_types') }}

),

versions as (

    select
        snapshots.account_id,
        snapshots.purchase_order_id,
        {{ plausible_date(seen_expected_date('snapshots')) }} as expected_date,
        snapshots.dbt_valid_from as seen_at,
        snapshots.status,
        coalesce(snapshots.modified_at, snapshots.synced_at) as changed_at,
        coalesce(status_types.status_type, 'unknown') as status_type
    from snapshots
    left join status_types
        on
            snapshots.account_id = status_types.account_id
            and upper(snapshots.status) = status_types.status_name
    where snapshots.deleted_at is null

),

dated_versions as (

    select
        *,
        {{ local_date('changed_at', 'account_id') }} as changed_date,
        row_number() over (partition by account_id, purchase_order_id order by seen_at)
            as seen_number
    from versions

),

known_versions as (

    select * from dated_versions
    where seen_number = 1 or {{ is_known_by('changed_date') }}

),

numbered_versions as (

    select
        *,
        status_type in ('active', 'unknown') as is_active,
        row_number() over order_versions as version_number,
        lag(status_type) over order_versions as previous_status_type,
        row_number() over (partition by account_id, purchase_order_id order by seen_at desc)
            as versions_from_the_last
    from known_versions
    window order_versions as (partition by account_id, purchase_order_id order by seen_at)

),

versions_with_activation as (

    select
        *,
        min(case when is_active then version_number end) over (
            partition by account_id, purchase_order_id
        ) as first_active_version
    from numbered_versions

),

versions_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        count(*) as count_versions,
        count(*) filter (where is_active and previous_status_type = 'closed')
            as count_reopenings,
        {{ local_date('cast(min(seen_at) as timestamp with time zone)', 'account_id') }}
            as first_seen_date,
        min(
            case
                when version_number = first_active_version and previous_status_type = 'draft'
                    then changed_date
            end
        ) as activation_date,
        max(case when version_number = 1 then status_type end) as first_status_type,
        max(case when version_number = 1 then changed_date end) as first_changed_date,
        max(case when versions_from_the_last = 1 then status end) as last_status,
        max(case when versions_from_the_last = 1 then status_type end) as last_status_type,
        max(case when versions_from_the_last = 1 then expected_date end) as last_expected_date,
        max(case when versions_from_the_last = 1 then changed_date end) as last_changed_date,
        max(
            case
                when status_type = 'closed' and previous_status_type <> 'closed' then changed_at
            end
        ) as closed_at
    from versions_with_activation
    group by account_id, purchase_order_id

),

promises as (

    select
        account_id,
        purchase_order_id,
        expected_date,
        changed_date,
        row_number() over order_promises as promise_number,
        lag(expected_date) over order_promises as previous_expected_date
    from numbered_versions
    where is_active and expected_date is not null
    window order_promises as (partition by account_id, purchase_order_id order by seen_at)

),

promises_summed_to_orders as (

    select
        account_id,
        purchase_order_id,
        count(*) filter (where expected_date <> previous_expected_date) as count_promise_changes,
        count(*) filter (
            where expected_date <> previous_expected_date and changed_date > previous_expected_date
        ) as count_promise_changes_after_due,
        min(case when promise_number = 1 then expected_date end) as promise_original
    from promises
    group by account_id, purchase_order_id

)

select

    -- ids
    orders.account_id,
    orders.purchase_order_id,

    -- text
    orders.first_status_type,
    orders.last_status,
    orders.last_status_type,

    -- numerics
    orders.count_versions,
    orders.count_reopenings,
    coalesce(promises.count_promise_changes, 0) as count_promise_changes,
    coalesce(promises.count_promise_changes_after_due, 0) as count_promise_changes_after_due,

    -- dates
    orders.first_seen_date,
    orders.first_changed_date,
    orders.activation_date,
    promises.promise_original,
    orders.last_expected_date,
    orders.last_changed_date,

    -- timestamps
    orders.closed_at

from versions_summed_to_orders as orders
left join promises_summed_to_orders as promises
    on
        orders.account_id = promises.account_id
        and orders.purchase_order_id = promises.purchase_order_id
