{# What is PostgreSQL's own of the macros in cross_db.sql and seeds.sql. #}

{% macro postgres__trimmed(text) -%}
    nullif(
        btrim(
            normalize({{ text }}, nfc),
            concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13), chr(160), chr(8203), chr(65279))
        ),
        ''
    )
{%- endmacro %}


{% macro postgres__has_offset(text) -%}
    {{ text }} ~ ':\d\d.*([+-]\d\d(:?\d\d)?|Z|GMT|UTC?)\s*$'
{%- endmacro %}


{% macro postgres__written_instant(text) -%}
    try_instant({{ text }})
{%- endmacro %}


{% macro postgres__written_date(text, date_format) -%}
    {% if date_format -%}
        coalesce({{ _postgres_date_as_formatted(text, date_format) }}, try_date({{ text }}))
    {%- else -%}
        try_date({{ text }})
    {%- endif %}
{%- endmacro %}

{# A date in a format such as %d/%m/%Y. The format becomes a regular expression with a group for each of its numbers. #}
{% macro _postgres_date_as_formatted(text, date_format) -%}
    {%- set patterns = {'%d': '(\\d{1,2})', '%m': '(\\d{1,2})', '%Y': '(\\d{4})', '%y': '(\\d{2})', '%H': '\\d{1,2}', '%M': '\\d{2}', '%S': '\\d{2}'} -%}
    {%- set directives = modules.re.findall('%-?.', date_format) | map('replace', '-', '') | list -%}
    {%- if directives | reject('in', patterns) | list or 'd' not in date_format or 'm' not in date_format -%}
        {{ exceptions.raise_compiler_error("date_format " ~ date_format ~ " can't be read on PostgreSQL: use %d, %m, %Y or %y, and %H, %M, %S.") }}
    {%- endif -%}
    {%- set parts = modules.re.split('%-?[a-zA-Z]', date_format) -%}
    {%- set pattern = namespace(text='^\\s*' ~ modules.re.escape(parts[0])) -%}
    {%- for directive in directives -%}
        {%- set pattern.text = pattern.text ~ patterns[directive] ~ modules.re.escape(parts[loop.index]) -%}
    {%- endfor -%}
    {%- set numbers = directives | select('in', ['%d', '%m', '%Y', '%y']) | list -%}
    {%- set match = "(regexp_match(" ~ text ~ ", '" ~ dbt.escape_single_quotes(pattern.text) ~ "\\s*$'))" -%}
    {%- set year = match ~ '[' ~ (numbers.index('%Y' if '%Y' in numbers else '%y') + 1) ~ ']' -%}
    readable_date(
        {% if '%Y' in numbers -%}
            cast({{ year }} as integer),
        {%- else -%}
            cast({{ year }} as integer) + case when cast({{ year }} as integer) < 69 then 2000 else 1900 end,
        {%- endif %}
        cast({{ match }}[{{ numbers.index('%m') + 1 }}] as integer),
        cast({{ match }}[{{ numbers.index('%d') + 1 }}] as integer)
    )
{%- endmacro %}


{% macro postgres__utc_text(instant) -%}
    to_char(timezone('UTC', {{ instant }}), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
{%- endmacro %}


{% macro postgres__date_text(date) -%}
    to_char({{ date }}, 'YYYY-MM-DD')
{%- endmacro %}


{% macro postgres__is_matched(text, pattern) -%}
    {{ text }} ~ '{{ pattern }}'
{%- endmacro %}


{% macro postgres__first_group(text, pattern) -%}
    nullif((regexp_match({{ text }}, '{{ pattern }}'))[1], '')
{%- endmacro %}


{% macro postgres__with_matches_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}


{% macro postgres__custom_field(custom_fields, name) -%}
    (
        select fields.field_value
        from custom_fields_of({{ custom_fields }}) as fields
        where lower({{ trimmed('fields.field_name') }}) = '{{ dbt.escape_single_quotes(name | trim | lower) }}'
        order by fields.field_number
        limit 1
    )
{%- endmacro %}


{% macro postgres__each_id_in(json) -%}
    (json_array_elements(case when json_typeof(try_json({{ json }})) = 'array' then try_json({{ json }}) end)) ->> 'id'
{%- endmacro %}


{# The type `double`, as the models write it, and functions that return null where PostgreSQL's own would fail. Those that dates go
   through fail nowhere, so that none needs an exception block, which would keep a query in one process. Without the statistics of
   what was just loaded, a join of its tables takes minutes. #}
{% macro postgres__create_missing_functions() -%}
    create schema if not exists inventory_planner;

    do $$ begin
        if to_regtype('inventory_planner.double') is null then
            create domain inventory_planner.double as double precision;
        end if;
    end $$;

    create or replace function inventory_planner.readable_date(year integer, month integer, day integer) returns date
    language plpgsql immutable strict parallel safe as $$ begin
        if year between 1 and 999999 and month between 1 and 12 and day >= 1
            and day <= extract(day from make_date(year, month, 1) + interval '1 month' - interval '1 day')
        then
            return make_date(year, month, day);
        end if;
        return null;
    end $$;

    create or replace function inventory_planner.try_date(value text) returns date
    language plpgsql immutable strict parallel safe as $$
    declare
        part text[] := regexp_match(value, '^\s*(\d{1,6})([-/\\ ])(\d{1,2})\2(\d{1,2})(?!\d)');
    begin
        return inventory_planner.readable_date(part[1]::integer, part[3]::integer, part[4]::integer);
    end $$;

    create or replace function inventory_planner.try_instant(value text) returns timestamptz
    language plpgsql immutable strict parallel safe as $$
    declare
        zone constant text := '(?:Z|GMT|UTC?|([+-])(\d{2}):?(\d{2})?)\s*$';
        clock constant text := '(\d{1,2}):(\d{2})(?::(\d{2}(?:[.]\d+)?))?\s*';
        months constant text := 'janfebmaraprmayjunjulaugsepoctnovdec';
        part text[] := regexp_match(value, '^\s*(\d{1,6})[-/](\d{1,2})[-/](\d{1,2})[T ]\s*' || clock || zone);
        day date := inventory_planner.readable_date(part[1]::integer, part[2]::integer, part[3]::integer);
        local_time interval;
    begin
        if part is null then
            part := regexp_match(value, '^\s*(?:\w{3}, )?(\d{1,2}) (\w{3}) (\d{4}) ' || clock || zone);
            day := inventory_planner.readable_date(
                part[3]::integer,
                (position(lower(part[2]) in months) + 2) / 3,
                part[1]::integer
            );
        end if;
        if day is null or part[4]::integer > 23 or part[5]::integer > 59 or coalesce(part[6]::numeric, 0) >= 60
            or coalesce(part[8]::integer, 0) > 15 or coalesce(part[9]::integer, 0) > 59
        then
            return null;
        end if;
        local_time := make_interval(
            hours => part[4]::integer, mins => part[5]::integer, secs => coalesce(part[6], '0')::double precision
        ) - case when part[7] = '-' then -1 else 1 end * make_interval(
            hours => coalesce(part[8], '0')::integer, mins => coalesce(part[9], '0')::integer
        );
        return timezone('UTC', day + local_time);
    end $$;

    create or replace function inventory_planner.try_json(value text) returns json
    language plpgsql immutable strict as $$ begin
        return value::json;
    exception when others then
        return null;
    end $$;

    create or replace function inventory_planner.custom_fields_of(written text)
    returns table (field_number bigint, field_name text, field_value text)
    language plpgsql immutable strict as $$
    declare
        fields json := inventory_planner.try_json(written);
        pairs text := coalesce(fields #>> '{}', written);
    begin
        if json_typeof(fields) = 'object' then
            return query select field.ordinality, field.key, field.value
                from json_each_text(fields) with ordinality as field (key, value, ordinality);
            return;
        end if;
        if fields is null or json_typeof(fields) <> 'array' then
            pairs := regexp_replace(pairs, '[,;&|\r\n]+\s*([^=,;&|\r\n]+=)', chr(10) || '\1', 'g');
            fields := to_json(string_to_array(pairs, chr(10)));
        end if;
        return query select
                field.ordinality,
                case json_typeof(field.value)
                    when 'object' then coalesce(field.value ->> 'name', field.value ->> 'field')
                    else split_part(field.value #>> '{}', '=', 1)
                end,
                case json_typeof(field.value)
                    when 'object' then field.value ->> 'value'
                    when 'string' then coalesce(substring(field.value #>> '{}' from '=(.*)'), '')
                end
            from json_array_elements(fields) with ordinality as field (value, ordinality);
    end $$;

    do $$ declare raw regclass; begin
        for raw in select oid from pg_class where relnamespace = 'inventory_planner'::regnamespace and relkind = 'r' loop
            execute format('analyze %s', raw);
        end loop;
    end $$;
{%- endmacro %}


{% macro postgres__add_own_rows() -%}
    {%- if execute -%}
        {%- set own_rows = adapter.get_relation(target.dbname, 'own_rows', model.name) -%}
        {%- if own_rows -%}
            {%- set columns = adapter.get_columns_in_relation(this) -%}
            {%- if model.config.meta.get('is_replaced_by_own_rows') -%}
                delete from {{ this }} where exists (select * from {{ own_rows }} where coalesce(account_id, '') = '');
            {% endif -%}
            insert into {{ this }} ({{ columns | map(attribute='quoted') | join(', ') }})
            select
                {%- for column in columns %}
                cast(nullif({{ column.quoted }}, '') as {{ column.data_type }}){{ ',' if not loop.last }}
                {%- endfor %}
            from {{ own_rows }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{# The marts are built where nobody reads them; to publish them, this schema is renamed. #}
{% macro postgres__schema_name(name) -%}
    {{ 'marts_build' if name == 'marts' else name }}
{%- endmacro %}


{% macro postgres__analyze() -%}
    {%- if model.config.materialized not in ('view', 'ephemeral') -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
