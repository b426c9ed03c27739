{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#where-it-stands; INC-13 -#}
{# Time to resolve, counted as CPM 4, 5 and 5A count it. Percentiles are times that were taken by an
   Incident, not means of two. #}
with

incidents as (
    select
        incident_category,
        reopen_count,
        counted_seconds,
        target_seconds,
        is_met,
        {{ reporting_month_of('resolved_at') }} as reporting_month
    from {{ ref('fct_incidents') }}
    where exclusion_reason is null and resolved_at is not null
),

final as (
    select
        incident_category,
        count(*) as resolved_count,
        cast(sum(case when is_met then 1 else 0 end) as bigint) as met_count,
        cast(sum(case when reopen_count > 0 then 1 else 0 end) as bigint) as reopened_count,
        cast(sum(reopen_count) as bigint) as reopen_count,
        max(target_seconds) as target_seconds,
        cast(
            percentile_disc(0.5) within group (order by counted_seconds) as bigint
        ) as median_seconds,
        cast(
            percentile_disc(0.9) within group (order by counted_seconds) as bigint
        ) as p90_seconds,
        max(counted_seconds) as longest_seconds,
        reporting_month
    from incidents
    group by incident_category, reporting_month
)

select * from final
