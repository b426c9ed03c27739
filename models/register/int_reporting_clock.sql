{#- All measures: docs/measures/results.md#in-and-out; RES-02, RES-16, COD-04 -#}
{# The one clock of the warehouse: nothing else reads `as_of`, and nothing reads the machine's
   clock. What tells of events moves it; an own list of codes is known, and tells of none. #}
with

submissions as (
    select
        received_at,
        landed_at,
        {{ is_own_list('provider') }} as is_own_list
    from {{ ref('int_submissions_current') }}
),

submission_months as (
    select reporting_month
    from {{ ref('int_submission_months') }}
    where is_plausible
),

clock as (
    select
        max(received_at) as known_at,
        max(landed_at) as landed_at,
        max(received_at) filter (where not is_own_list) as told_at
    from submissions
),

months as (
    select
        min(reporting_month) as first_reporting_month,
        max(reporting_month) as last_reporting_month
    from submission_months
),

final as (
    select
        {% if var('as_of') %}
            {{ instant_of_variable('as_of') }} as as_of_at,
        {% else %}
            clock.told_at as as_of_at,
        {% endif %}
        clock.known_at,
        clock.landed_at,
        months.first_reporting_month,
        months.last_reporting_month
    from clock
    cross join months
)

select * from final
