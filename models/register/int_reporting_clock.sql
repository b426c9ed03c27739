{#- All measures: docs/measures/results.md#in-and-out; RES-02, RES-16 -#}
{# The one clock of the warehouse: nothing else reads `as_of`, and nothing reads the machine's
   clock. #}
with

submissions as (
    select
        received_at,
        landed_at
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
        max(landed_at) as landed_at
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
            clock.known_at as as_of_at,
        {% endif %}
        clock.known_at,
        clock.landed_at,
        months.first_reporting_month,
        months.last_reporting_month
    from clock
    cross join months
)

select * from final
