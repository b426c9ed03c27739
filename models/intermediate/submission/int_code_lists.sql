{#- Own code lists: docs/guides/give_your_own_code_lists.md#which-lists; COD-01, COD-03, COD-06 -#}
{# Every list with where each row is from. That real files are read by names made up for the sample
   is said of each such row, and by `cpm publish`. #}
with

submissions as (
    select
        extract,
        is_synthetic
    from {{ ref('int_submissions_current') }}
),

real_extracts as (
    select distinct extract
    from submissions
    where not is_synthetic
),

{% for list_name, list in code_lists().items() %}
    {{ list_name }} as (
        select
            '{{ list_name }}' as list_name,
            {{ list.code }} as code,
            meaning,
            project_meaning,
            origin,
            provenance,
            source,
            is_synthetic,
            (
                select count(*)
                from real_extracts
                where
                    real_extracts.extract in (
                        {% for extract in list.extracts %}
                            '{{ extract }}'{{ ',' if not loop.last }}
                        {% endfor %}
                    )
            ) > 0 as has_real_extracts,
            valid_from,
            valid_to
        from {{ ref('int_' ~ list_name) }}
    ),

{% endfor %}
united as (
    {% for list_name in code_lists() %}
        select * from {{ list_name }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        list_name,
        code,
        meaning,
        project_meaning,
        origin,
        provenance,
        source,
        is_synthetic,
        is_synthetic and has_real_extracts as is_synthetic_on_real,
        valid_from,
        valid_to
    from united
)

select * from final
