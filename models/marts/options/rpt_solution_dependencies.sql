{#- MP122B: docs/measures/solution_options.md#dependencies; OPT-08 -#}
with

dependencies as (
    select *
    from {{ ref('solution_dependencies') }}
),

releases as (
    select
        release_id,
        release_name,
        release_date
    from {{ ref('sec_releases') }}
),

final as (
    select
        dependencies.option_id,
        dependencies.depends_on,
        dependencies.dependency_kind,
        dependencies.what,
        releases.release_name,
        dependencies.provenance,
        dependencies.source,
        dependencies.is_required,
        releases.release_date
    from dependencies
    left join releases
        on dependencies.release_id = releases.release_id
)

select * from final
