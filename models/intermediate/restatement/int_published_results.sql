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
