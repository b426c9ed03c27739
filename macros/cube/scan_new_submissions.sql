{#
    A CTE's query: the submissions of an extract that an incremental cube has not scanned yet, whatever their version.
    A scan is known by the submission, the instant at which it landed (another lake may hold another submission of the same key)
    and the definition of the cube. The cube keeps `scan_key`, and `submission_key` as its unique key, so that rows of an
    earlier definition are replaced. Versions that no longer count stay: readers of the cube join `int_submissions_current`.
    Events are grouped by `submission_number`, which is short; both keys are joined to the cells.
#}
{% macro scan_new_submissions(extract) -%}
    {%- set scan_key -%}
        md5(
            concat_ws(
                '|',
                registered.submission_key,
                cast(registered.landed_at as {{ dbt.type_string() }}),
                '{{ cube_definition_key() }}'
            )
        )
    {%- endset -%}
    select
        registered.submission_key,
        registered.extract,
        registered.provider,
        registered.period,
        registered.submission_version,
        cast(row_number() over (order by registered.submission_key) as integer) as submission_number,
        {{ scan_key }} as scan_key
    from {{ ref('stg_lake__submissions') }} as registered
    where
        registered.extract = '{{ extract }}'
        and registered.accepted_rows > 0
        {% if is_incremental() and not is_cube_keyed_now() %}
            and {{ scan_key }} not in (select scanned.scan_key from {{ this }} as scanned)
        {% endif %}
{%- endmacro %}
