{#- All measures: docs/measures/results.md#in-and-out; RES-02, RES-05 -#}
{# Only an exception approved by now counts, and only as its latest submission has it. #}
with

staged as (
    select *
    from {{ ref('stg_dcc__measure_exceptions') }}
),

clock as (
    select as_of_at
    from {{ ref('int_reporting_clock') }}
),

final as (
    select
        staged.exception_id,
        staged.measure_id,
        staged.event_reference,
        staged.window_started_at,
        staged.window_ended_at,
        staged.exception_reason,
        staged.approved_date
    from staged
    {{ current_submissions_only('measure_exceptions', 'staged', 'submissions') }}
    cross join clock
    where staged.approved_date <= cast(clock.as_of_at as date)
)

select * from final
