{#- CPM 3: docs/measures/cpm_3.md#proxy; ALT-08, ALT-09, ALT-19 -#}
{# CPM 3 by proxy: a region's share of requests within the target is scaled to the Alerts that it
   has (example A9), so that regions weigh as their Alerts do and pool with those that are measured. It is
   rounded here, once. #}
with

shares as (
    select *
    from {{ ref('int_alert_proxy_shares') }}
    where
        proxy_weight = 'alert_volumes'
        and total_count_before_exceptions > 0
),

volumes as (
    select *
    from {{ ref('int_alert_volumes_estimated') }}
),

alerts as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        sum(wan_in_scope_count) as alert_count
    from volumes
    group by measure_id, variant_id, reporting_month, region
),

final as (
    select
        shares.measure_id,
        shares.variant_id,
        shares.reporting_month,
        shares.region,
        shares.provider,
        shares.submission_keys,
        shares.met_count as met_request_count,
        shares.total_count as total_request_count,
        shares.met_count_before_exceptions as met_request_count_before_exceptions,
        shares.total_count_before_exceptions as total_request_count_before_exceptions,
        cast(alerts.alert_count as bigint) as alert_count,
        cast(
            {{
                scaled_count(
                    'alerts.alert_count',
                    'shares.met_count',
                    'shares.total_count_before_exceptions'
                )
            }}
            as bigint
        ) as met_alert_count,
        cast(
            {{
                scaled_count(
                    'alerts.alert_count',
                    'shares.total_count',
                    'shares.total_count_before_exceptions'
                )
            }}
            as bigint
        ) as total_alert_count,
        cast(
            {{
                scaled_count(
                    'alerts.alert_count',
                    'shares.met_count_before_exceptions',
                    'shares.total_count_before_exceptions'
                )
            }}
            as bigint
        ) as met_alert_count_before_exceptions
    from shares
    left join alerts
        on
            shares.measure_id = alerts.measure_id
            and shares.variant_id = alerts.variant_id
            and shares.reporting_month = alerts.reporting_month
            and shares.region = alerts.region
)

select * from final
