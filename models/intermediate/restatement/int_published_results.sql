{#- All measures: docs/measures/results.md#restatements; PUB-02, PUB-03 -#}
with

published as (
    select *
    from {{ ref('stg_lake__published_results') }}
),

final as (
    select *
    from published
    where {{ submission_is_known('published_at', 'published_at') }}
)

select * from final
