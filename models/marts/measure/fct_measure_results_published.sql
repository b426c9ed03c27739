with

final as (
    select *
    from {{ ref('stg_lake__published_results') }}
)

select * from final
