{{ config(materialized='view') }}

with

accounts as (

    select account_id from {{ ref('accounts') }}

),

stated_types as (

    select
        {{ trimmed('account_id') }} as account_id,
        upper({{ trimmed('status') }}) as status_name,
        status_type,
        false as is_var
    from {{ ref('order_statuses') }}
    {{ status_type_vars() }}

),

-- what is stated for the account comes before what is stated for all, and a var before the seed
ranked_types as (

    select
        accounts.account_id,
        stated_types.status_name,
        stated_types.status_type,
        row_number() over (
            partition by accounts.account_id, stated_types.status_name
            order by
                case when stated_types.account_id is null then 1 else 0 end,
                case when stated_types.is_var then 0 else 1 end
        ) as place
    from accounts
    inner join stated_types
        on coalesce(stated_types.account_id, accounts.account_id) = accounts.account_id

)

select
    account_id,
    status_name,
    status_type
from ranked_types
where place = 1
