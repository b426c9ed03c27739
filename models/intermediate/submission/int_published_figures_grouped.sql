{# A figure stands from the first publication that shows it to the last: publishing it again is no
   new figure. #}
with

published as (
    select *
    from {{ ref('fct_measure_results_published') }}
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
