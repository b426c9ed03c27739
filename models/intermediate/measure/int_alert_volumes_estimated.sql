{# How many Alerts each region has, whether or not somebody reports them: a provider that does not
   send a month has, for want of better, the volume of the nearest month that it sent (the earlier
   of two). Weights of the proxy and the population of coverage. #}
with

outcomes as (
    select *
    from {{ ref('int_alert_outcomes_measured') }}
),

months as (
    select reporting_month
    from {{ ref('int_measure_months_listed') }}
),

submissions as (
    select
        submission_key,
        reporting_month
    from {{ ref('int_submissions_current') }}
    where extract = 'alerts'
),

counted as (
    select
        outcomes.measure_id,
        outcomes.variant_id,
        outcomes.region,
        outcomes.provider,
        submissions.reporting_month as counted_month,
        outcomes.submission_key,
        sum(outcomes.raised_count) as raised_count,
        sum(outcomes.in_scope_count) as in_scope_count,
        sum(outcomes.wan_in_scope_count) as wan_in_scope_count
    from outcomes
    inner join submissions
        on outcomes.submission_key = submissions.submission_key
    group by
        outcomes.measure_id,
        outcomes.variant_id,
        outcomes.region,
        outcomes.provider,
        submissions.reporting_month,
        outcomes.submission_key
),

final as (
    select
        counted.measure_id,
        counted.variant_id,
        months.reporting_month,
        counted.region,
        counted.provider,
        counted.submission_key,
        counted.counted_month,
        cast(counted.raised_count as bigint) as raised_count,
        cast(counted.in_scope_count as bigint) as in_scope_count,
        cast(counted.wan_in_scope_count as bigint) as wan_in_scope_count,
        counted.counted_month = months.reporting_month as is_counted
    from counted
    cross join months
    qualify
        row_number() over (
            partition by
                counted.measure_id,
                counted.variant_id,
                months.reporting_month,
                counted.region,
                counted.provider
            order by
                abs({{ days_between('counted.counted_month', 'months.reporting_month') }}),
                counted.counted_month
        ) = 1
)

select * from final
