{#- All measures: docs/measures/results.md#blind-spots; RES-17 -#}
with

gaps as (
    select *
    from {{ ref('int_measure_gaps') }}
),

final as (
    select
        measure_id,
        reason,
        extract,
        event_count,
        reporting_month
    from gaps
)

select * from final
