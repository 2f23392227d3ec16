with

definitions as (

    select
        texts.mart_name,
        texts.column_name,
        texts.definition
    from (values {{ definition_rows() }}) as texts (mart_name, column_name, definition)
    where texts.mart_name <> ''

)

select * from definitions
