{#- All measures: docs/measures/results.md#restatements; PUB-04 -#}
{# A figure stands from the first publication that shows it to the last: publishing it again is no
   new figure. #}
with

aggregations as (
    select
        aggregation,
        is_default
    from {{ ref('measure_aggregations') }}
),

-- Earlier publications mark the default variant in both aggregations. That only one of them stands
-- for the measure now changes no figure.
published as (
    select
        published.publication_id,
        published.published_at,
        published.measure_id,
        published.variant_id,
        published.reporting_month,
        published.scope_type,
        published.scope,
        published.aggregation,
        published.submission_keys,
        {% for column in published_figure() if column != 'is_default' -%}
            published.{{ column }},
        {% endfor -%}
        published.is_default and aggregations.is_default as is_default
    from {{ ref('int_published_results') }} as published
    left join aggregations
        on published.aggregation = aggregations.aggregation
),

figures as (
    select
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        aggregation,
        {{ published_figure() | join(',\n        ') }},
        min(publication_id) as first_publication_id,
        max(publication_id) as last_publication_id,
        min(published_at) as first_published_at,
        max(published_at) as last_published_at,
        cast(count(*) as bigint) as publication_count
    from published
    group by
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        aggregation,
        {{ published_figure() | join(',\n        ') }}
),

final as (
    select
        figures.*,
        published.submission_keys
    from figures
    inner join published
        on
            figures.last_publication_id = published.publication_id
            and figures.measure_id = published.measure_id
            and figures.variant_id = published.variant_id
            and figures.reporting_month = published.reporting_month
            and figures.scope_type = published.scope_type
            and figures.scope = published.scope
            and figures.aggregation = published.aggregation
)

select * from final
