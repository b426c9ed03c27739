{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#in-and-out; INC-10 -#}
{# An excluded Incident has no target to fall due, and belongs to the month in which it ended. #}
with

incidents as (
    select
        incident_category,
        exclusion_reason,
        {{ reporting_month_of('ended_at') }} as reporting_month
    from {{ ref('fct_incidents') }}
    where exclusion_reason is not null and ended_at is not null
),

final as (
    select
        coalesce(incident_category, {{ unknown() }}) as incident_category,
        exclusion_reason,
        count(*) as excluded_count,
        reporting_month
    from incidents
    group by coalesce(incident_category, {{ unknown() }}), exclusion_reason, reporting_month
)

select * from final
