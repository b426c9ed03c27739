{#- All measures: docs/measures/results.md#restatements; PUB-04 -#}
{# What was last published of a measure and month, where it is another figure now. #}
with

restated as (
    select *
    from {{ ref('int_figures_restated') }}
    where
        is_default
        and scope_type = 'national'
),

final as (
    select
        measure_id,
        status as restated_from_status,
        result_pct as restated_from_pct,
        last_published_at as restated_from_published_at,
        reporting_month
    from restated
    qualify
        row_number() over (
            partition by measure_id, reporting_month
            order by
                last_published_at desc,
                last_publication_id desc,
                variant_id asc,
                aggregation asc
        ) = 1
)

select * from final
