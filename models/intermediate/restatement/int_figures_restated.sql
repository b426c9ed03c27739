{#- All measures: docs/measures/results.md#restatements; PUB-04 -#}
{# What was published as not reportable is no figure, so that the first one after it restates
   nothing. #}
with

figures as (
    select *
    from {{ ref('int_published_figures_grouped') }}
    where basis != 'not_reportable'
),

results as (
    select *
    from {{ ref('int_measure_results') }}
),

compared as (
    select
        figures.*,
        {% for column in published_figure() -%}
            results.{{ column }} as now_{{ column }},
        {% endfor -%}
        results.submission_keys as now_submission_keys,
        results.measure_id is null as is_withdrawn
    from figures
    left join results
        on
            figures.measure_id = results.measure_id
            and figures.variant_id = results.variant_id
            and figures.reporting_month = results.reporting_month
            and figures.scope_type = results.scope_type
            and figures.scope = results.scope
            and figures.aggregation = results.aggregation
),

final as (
    select *
    from compared
    where
        {% for column in published_figure() -%}
            {{ 'or ' if not loop.first }}{{ column }} is distinct from now_{{ column }}
        {% endfor %}
)

select * from final
