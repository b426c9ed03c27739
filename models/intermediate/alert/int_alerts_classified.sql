{#- CPM 3: docs/measures/cpm_3.md#in-and-out; ALT-05, ALT-06 -#}
{# CPM 3: the cells of the submissions that count, of all SEC Parties together, with what their code
   is excluded for and whether it is time critical. A region that no list has is Unknown. #}
with

cells as (
    select
        submission_key,
        alert_date,
        region,
        device_type,
        alert_kind,
        alert_code,
        cast(sum(message_count) as bigint) as message_count,
        cast(sum(duplicate_count) as bigint) as duplicate_count,
        cast(sum(gateway_message_count) as bigint) as gateway_message_count,
        cast(sum(delivered_message_count) as bigint) as delivered_message_count,
        cast(sum(timed_message_count) as bigint) as timed_message_count,
        cast(sum(within_message_count) as bigint) as within_message_count,
        cast(sum(throttled_alert_count) as bigint) as throttled_alert_count,
        cast(sum(delivered_throttled_alert_count) as bigint) as delivered_throttled_alert_count,
        cast(sum(timed_throttled_alert_count) as bigint) as timed_throttled_alert_count,
        cast(sum(within_throttled_alert_count) as bigint) as within_throttled_alert_count
    from {{ ref('cube_alerts_by_day') }}
    group by
        submission_key,
        alert_date,
        region,
        device_type,
        alert_kind,
        alert_code
),

submissions as (
    select
        submission_key,
        provider
    from {{ ref('int_submissions_current') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

kinds as (
    select
        alert_kind,
        crosses_wan
    from {{ ref('alert_kinds') }}
),

exclusions as (
    select *
    from {{ ref('int_alert_exclusions') }}
),

time_critical_codes as (
    select *
    from {{ ref('alert_time_critical_codes') }}
),

critical_codes as (
    select *
    from {{ ref('alert_code_properties') }}
    where criticality = 'critical'
),

final as (
    select
        cells.submission_key,
        submissions.provider,
        cells.alert_date,
        cast(date_trunc('month', cells.alert_date) as date) as alert_month,
        coalesce(regions.region, {{ unknown() }}) as region,
        coalesce(cells.device_type, {{ unknown() }}) as device_type,
        cells.alert_kind,
        cells.alert_code,
        exclusions.exclusion_reason,
        time_critical_codes.alert_code is not null as is_time_critical,
        critical_codes.alert_code is not null as is_gbcs_critical,
        coalesce(kinds.crosses_wan, true) as crosses_wan,
        cells.message_count,
        cells.duplicate_count,
        cells.gateway_message_count,
        cells.delivered_message_count,
        cells.timed_message_count,
        cells.within_message_count,
        cells.throttled_alert_count,
        cells.delivered_throttled_alert_count,
        cells.timed_throttled_alert_count,
        cells.within_throttled_alert_count
    from cells
    inner join submissions
        on cells.submission_key = submissions.submission_key
    left join regions
        on cells.region = regions.region
    left join kinds
        on cells.alert_kind = kinds.alert_kind
    left join exclusions
        on
            cells.alert_kind = exclusions.alert_kind
            and cells.alert_code = exclusions.alert_code
            and {{ is_valid('exclusions', 'cells.alert_date') }}
    left join time_critical_codes
        on
            cells.alert_kind = time_critical_codes.alert_kind
            and cells.alert_code = time_critical_codes.alert_code
            and {{ is_valid('time_critical_codes', 'cells.alert_date') }}
    left join critical_codes
        on
            cells.alert_kind = critical_codes.alert_kind
            and cells.alert_code = critical_codes.alert_code
            and {{ is_valid('critical_codes', 'cells.alert_date') }}
)

select * from final
