{#- CPM 3: docs/measures/cpm_3.md#proxy; ALT-18, ALT-19 -#}
{# CPM 3 by proxy: a region's scaled counts shared out among the providers of its Alerts, the one
   with most Alerts first. Each has what the counts of all so far grow by with it, so that providers
   add up to the region. #}
with

regions as (
    select *
    from {{ ref('int_alert_proxy_regions') }}
),

volumes as (
    select *
    from {{ ref('int_alert_volumes_estimated') }}
    where raised_count > 0
),

weighed as (
    select
        regions.measure_id,
        regions.variant_id,
        regions.reporting_month,
        regions.region,
        volumes.provider,
        concat_ws(',', regions.submission_keys, volumes.submission_keys) as submission_keys,
        regions.total_request_count,
        regions.total_request_count_before_exceptions,
        regions.alert_count as alerts_of_region,
        regions.met_alert_count as met_of_region,
        regions.total_alert_count as total_of_region,
        regions.met_alert_count_before_exceptions as met_of_region_before_exceptions,
        volumes.wan_in_scope_count as alert_count,
        volumes.raised_count - volumes.in_scope_count as out_of_scope_count,
        volumes.in_scope_count - volumes.wan_in_scope_count as unseen_count,
        sum(volumes.wan_in_scope_count) over (
            partition by
                regions.measure_id, regions.variant_id, regions.reporting_month, regions.region
            order by volumes.wan_in_scope_count desc, volumes.provider asc
            rows unbounded preceding
        ) as alerts_so_far
    from regions
    inner join volumes
        on
            regions.measure_id = volumes.measure_id
            and regions.variant_id = volumes.variant_id
            and regions.reporting_month = volumes.reporting_month
            and regions.region = volumes.region
),

totals_so_far as (
    select
        *,
        {{
            scaled_count(
                'alerts_so_far', 'total_request_count', 'total_request_count_before_exceptions'
            )
        }} as total_so_far
    from weighed
),

met_so_far as (
    select
        *,
        case
            when total_of_region > 0
                then {{ scaled_count('total_so_far', 'met_of_region', 'total_of_region') }}
            else 0
        end as met_so_far,
        case
            when alerts_of_region > 0
                then
                    {{
                        scaled_count(
                            'alerts_so_far', 'met_of_region_before_exceptions', 'alerts_of_region'
                        )
                    }}
            else 0
        end as met_so_far_before_exceptions
    from totals_so_far
),

own_counts as (
    select
        *,
        met_so_far - lag(met_so_far, 1, 0) over in_order as met_count,
        total_so_far - lag(total_so_far, 1, 0) over in_order as total_count,
        met_so_far_before_exceptions
        - lag(met_so_far_before_exceptions, 1, 0) over in_order as met_count_before_exceptions
    from met_so_far
    window
        in_order as (
            partition by measure_id, variant_id, reporting_month, region
            order by alert_count desc, provider asc
        )
),

-- Where an Allowed Exception is shared out too, met can be one more with it than without.
final as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        cast(least(met_count, met_count_before_exceptions) as bigint) as met_count,
        cast(total_count as bigint) as total_count,
        cast(out_of_scope_count + alert_count - total_count as bigint) as excluded_count,
        cast(met_count_before_exceptions as bigint) as met_count_before_exceptions,
        cast(alert_count as bigint) as total_count_before_exceptions,
        cast(unseen_count as bigint) as unseen_count
    from own_counts
)

select * from final
