{#- CPM 3: docs/measures/cpm_3.md#variants; ALT-01, ALT-03, ALT-06, ALT-16, RES-07 -#}
{# CPM 3 under each reading of it. met + not met + excluded are all messages (or all the Alerts that
   they stand for). #}
{{ config(materialized='table') }}

with

classified as (
    select *
    from {{ ref('int_alerts_classified') }}
),

variants as (
    select *
    from {{ ref('measure_alert_variants') }}
),

excepted_dates as (
    select *
    from {{ ref('int_allowed_exception_dates') }}
),

-- Every reading takes all cells, so they are first added up by what the readings tell apart.
populations as (
    select
        submission_key,
        provider,
        alert_date,
        alert_month,
        region,
        crosses_wan,
        exclusion_reason,
        is_time_critical,
        is_gbcs_critical,
        sum(message_count) as message_count,
        sum(delivered_message_count) as delivered_message_count,
        sum(timed_message_count) as timed_message_count,
        sum(within_message_count) as within_message_count,
        sum(throttled_alert_count) as throttled_alert_count,
        sum(delivered_throttled_alert_count) as delivered_throttled_alert_count,
        sum(timed_throttled_alert_count) as timed_throttled_alert_count,
        sum(within_throttled_alert_count) as within_throttled_alert_count
    from classified
    group by
        submission_key,
        provider,
        alert_date,
        alert_month,
        region,
        crosses_wan,
        exclusion_reason,
        is_time_critical,
        is_gbcs_critical
),

units as (
    select
        variants.measure_id,
        variants.variant_id,
        variants.outcome_kind,
        populations.submission_key,
        populations.provider,
        populations.alert_month,
        populations.region,
        populations.crosses_wan,
        excepted_dates.excepted_date is not null as is_excepted,
        populations.exclusion_reason is null
        and case variants.alert_filter
            when 'time_critical' then populations.is_time_critical
            when 'gbcs_critical' then populations.is_gbcs_critical
            else true
        end as is_in_scope,
        case variants.counted_as
            when 'messages' then populations.message_count
            when 'throttled_alerts' then populations.throttled_alert_count
        end as raised_count,
        case variants.counted_as
            when 'messages' then populations.delivered_message_count
            when 'throttled_alerts' then populations.delivered_throttled_alert_count
        end as delivered_count,
        case variants.counted_as
            when 'messages' then populations.timed_message_count
            when 'throttled_alerts' then populations.timed_throttled_alert_count
        end as timed_count,
        case variants.counted_as
            when 'messages' then populations.within_message_count
            when 'throttled_alerts' then populations.within_throttled_alert_count
        end as within_count
    from populations
    cross join variants
    left join excepted_dates
        on
            variants.measure_id = excepted_dates.measure_id
            and populations.alert_date = excepted_dates.excepted_date
),

judged as (
    select
        *,
        case
            when not is_in_scope then 0
            when outcome_kind = 'success_rate' then delivered_count
            else within_count
        end as met_count_before_exceptions,
        case
            when not is_in_scope then 0
            when outcome_kind = 'speed' then timed_count
            when outcome_kind = 'speed_with_failures'
                then raised_count - (delivered_count - timed_count)
            when outcome_kind = 'success_rate' then raised_count
        end as total_count_before_exceptions
    from units
),

final as (
    select
        measure_id,
        variant_id,
        alert_month as reporting_month,
        region,
        provider,
        submission_key,
        cast(
            coalesce(sum(met_count_before_exceptions) filter (where not is_excepted), 0) as bigint
        ) as met_count,
        cast(
            coalesce(sum(total_count_before_exceptions) filter (where not is_excepted), 0) as bigint
        ) as total_count,
        cast(
            sum(raised_count)
            - coalesce(sum(total_count_before_exceptions) filter (where not is_excepted), 0)
            as bigint
        ) as excluded_count,
        cast(sum(met_count_before_exceptions) as bigint) as met_count_before_exceptions,
        cast(sum(total_count_before_exceptions) as bigint) as total_count_before_exceptions,
        cast(sum(raised_count) as bigint) as raised_count,
        cast(coalesce(sum(raised_count) filter (where is_in_scope), 0) as bigint)
            as in_scope_count,
        cast(coalesce(sum(raised_count) filter (where is_in_scope and crosses_wan), 0) as bigint)
            as wan_in_scope_count
    from judged
    group by measure_id, variant_id, alert_month, region, provider, submission_key
)

select * from final
