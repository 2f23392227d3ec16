{# What is DuckDB's own of the macros in cross_db.sql, comments.sql and seeds.sql. #}

{% macro duckdb__trimmed(text) -%}
    nullif(
        trim(
            nfc_normalize({{ text }}),
            concat(' ', chr(9), chr(10), chr(11), chr(12), chr(13), chr(160), chr(8203), chr(65279))
        ),
        ''
    )
{%- endmacro %}


{% macro duckdb__has_offset(text) -%}
    regexp_matches({{ text }}, ':\d\d.*([+-]\d\d(:?\d\d)?|Z|GMT|UTC?)\s*$')
{%- endmacro %}


{% macro duckdb__written_instant(text) -%}
    coalesce(
        try_cast({{ text }} as timestamptz),
        try_strptime(
            regexp_replace(trim({{ text }}), '\s*(Z|GMT|UTC?)$', ' +0000'),
            [
                '%a, %d %b %Y %H:%M:%S %z', '%d %b %Y %H:%M:%S %z',
                '%Y-%m-%dT%H:%M %z', '%Y-%m-%dT%H:%M%z'
            ]
        )
    )
{%- endmacro %}


{% macro duckdb__written_date(text, date_format) -%}
    {% if date_format -%}
        coalesce(cast(try_strptime({{ text }}, '{{ date_format }}') as date), try_cast({{ text }} as date))
    {%- else -%}
        try_cast({{ text }} as date)
    {%- endif %}
{%- endmacro %}


{% macro duckdb__utc_text(instant) -%}
    strftime(timezone('UTC', {{ instant }}), '%Y-%m-%dT%H:%M:%SZ')
{%- endmacro %}


{% macro duckdb__date_text(date) -%}
    cast({{ date }} as varchar)
{%- endmacro %}


{% macro duckdb__is_matched(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}


{% macro duckdb__first_group(text, pattern) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', 1), '')
{%- endmacro %}


{% macro duckdb__with_matches_replaced(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}


{% macro duckdb__custom_field(custom_fields, name) -%}
    {%- set json = 'try_cast(' ~ custom_fields ~ ' as json)' -%}
    {%- set text = "coalesce(" ~ json ~ " ->> '$', " ~ custom_fields ~ ")" -%}
    list_extract(
        list_filter(
            coalesce(
                list_transform(
                    map_entries(try_cast({{ json }} as map(varchar, json))),
                    lambda field: struct_pack(name := field.key, value := field.value ->> '$')
                ),
                list_transform(
                    coalesce(
                        try_cast({{ json }} as json[]),
                        list_transform(
                            string_split(
                                regexp_replace({{ text }}, '[,;&|\r\n]+\s*([^=,;&|\r\n]+=)', chr(10) || '\1', 'g'), chr(10)
                            ),
                            lambda pair: to_json(pair)
                        )
                    ),
                    lambda field: struct_pack(
                        name := coalesce(field ->> 'name', field ->> 'field', split_part(field ->> '$', '=', 1)),
                        value := case json_type(field)
                            when 'VARCHAR' then regexp_extract(field ->> '$', '=(.*)', 1)
                            else field ->> 'value'
                        end
                    )
                )
            ),
            lambda field: lower({{ trimmed('field.name') }}) = '{{ dbt.escape_single_quotes(name | trim | lower) }}'
        ),
        1
    ).value
{%- endmacro %}


{% macro duckdb__each_id_in(json) -%}
    unnest(list_transform(try_cast({{ json }} as json[]), lambda each: each ->> 'id'))
{%- endmacro %}


{% macro duckdb__add_own_rows() -%}
    {%- if execute -%}
        {%- set folder = modules.re.sub('[^/\\\\]*$', '', target.path) -%}
        {%- set files = modules.re.sub('([*?[])', '[\\1]', folder) ~ 'dbt/seeds/' ~ model.name ~ '.csv' -%}
        {%- set path = dbt.escape_single_quotes(files) -%}
        {%- if run_query("select file from glob('" ~ path ~ "')").rows -%}
            {%- set own_rows -%}
                read_csv('{{ path }}', header = true, all_varchar = true, delim = ',', quote = '"', escape = '"')
            {%- endset -%}
            {%- if model.config.meta.get('is_replaced_by_own_rows') -%}
                delete from {{ this }} where exists (select * from {{ own_rows }} where account_id is null);
            {% endif -%}
            insert into {{ this }} by name select * from {{ own_rows }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
