{#- All measures: docs/measures/results.md#restatements; LND-11, PUB-02, PUB-06 -#}
{# A correction is a later version of the same submission; `as_known_at` leaves out what was
   received after it, `as_landed_at` what was landed after it. #}
with

submissions as (
    select *
    from {{ ref('stg_lake__submissions') }}
),

known as (
    select *
    from submissions
    where {{ submission_is_known() }}
),

final as (
    select *
    from known
    qualify
        row_number() over (
            partition by extract, provider, period
            order by submission_version desc
        ) = 1
)

select * from final
