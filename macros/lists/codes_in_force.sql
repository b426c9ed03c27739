{#
    A CTE's query: the rows of a code list, each for as long as it holds: those of the project (`project`), and of own lists (`own`, each
    row with the submission that it came in) for the time of which `lists` says that they are in force. A code of an own list is
    the own list's alone: the project's row of the same code does not hold while that list does (COD-03).
#}
{% macro codes_in_force(list_name, project, own, lists) -%}
    {%- set code = code_lists()[list_name].code -%}
    {%- set attributes = code_lists()[list_name].attributes %}
    -- A row that stands twice is one; of rows that differ landing took none.
    with given as (
        select distinct
            {{ own }}.submission_key,
            {{ own }}.{{ code }},
            {% for attribute in attributes %}
                {{ own }}.{{ attribute }},
            {% endfor %}
            {{ own }}.project_rows,
            {{ own }}.provenance,
            {{ own }}.source,
            {{ lists }}.valid_from,
            {{ lists }}.valid_to,
            {{ lists }}.is_synthetic
        from {{ own }}
        inner join {{ lists }}
            on {{ own }}.submission_key = {{ lists }}.submission_key
    ),

    spans as (
        select
            submission_key,
            valid_from,
            valid_to
        from given
        group by submission_key, valid_from, valid_to
        having count(*) filter (where project_rows = 'replaced') = 0
        union all
        -- Until the first own list the project's holds, and throughout where there is none.
        select
            cast(null as {{ dbt.type_string() }}) as submission_key,
            cast(null as date) as valid_from,
            min(valid_from) as valid_to
        from given
        having count(*) filter (where valid_from is null) = 0
    ),

    kept as (
        select
            {{ project }}.*,
            spans.valid_from as span_from,
            spans.valid_to as span_to
        from {{ project }}
        cross join spans
        left join given
            on
                spans.submission_key = given.submission_key
                and {{ project }}.{{ code }} = given.{{ code }}
        where given.submission_key is null
    ),

    listed as (
        select
            kept.{{ code }},
            {% for attribute in attributes %}
                kept.{{ attribute }},
            {% endfor %}
            {{ code_meaning(list_name, 'kept') }} as meaning,
            {{ code_meaning(list_name, 'kept') }} as project_meaning,
            'project' as origin,
            kept.provenance,
            kept.source,
            kept.is_synthetic,
            case
                when kept.valid_from > kept.span_from or kept.span_from is null
                    then kept.valid_from
                else kept.span_from
            end as valid_from,
            case
                when kept.valid_to < kept.span_to or kept.span_to is null then kept.valid_to
                else kept.span_to
            end as valid_to
        from kept
        union all
        select
            given.{{ code }},
            {% for attribute in attributes %}
                given.{{ attribute }},
            {% endfor %}
            {{ code_meaning(list_name, 'given') }} as meaning,
            case
                when {{ project }}.{{ code }} is not null
                    then {{ code_meaning(list_name, project) }}
            end as project_meaning,
            given.submission_key as origin,
            given.provenance,
            given.source,
            given.is_synthetic,
            given.valid_from,
            given.valid_to
        from given
        left join {{ project }}
            on given.{{ code }} = {{ project }}.{{ code }}
    )

    select *
    from listed
    where valid_from < valid_to or valid_from is null or valid_to is null
{%- endmacro %}
