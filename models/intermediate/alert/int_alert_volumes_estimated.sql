{#- CPM 3: docs/measures/cpm_3.md#proxy; ALT-08, ALT-17 -#}
{# CPM 3: how many Alerts each provider has in a region and month, by the month raised. A month that
   a provider sent no file for has those of the nearest month that it sent, the earlier of two.
   Weights of the proxy and the population of coverage. #}
with

outcomes as (
    select *
    from {{ ref('int_alert_outcomes_measured') }}
),

months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

submissions as (
    select
        submission_key,
        provider,
        reporting_month
    from {{ ref('int_submissions_current') }}
    where extract = 'alerts'
),

-- A provider sends a month or does not, whatever regions its file has.
nearest_months as (
    select
        submissions.provider,
        submissions.submission_key,
        submissions.reporting_month as counted_month,
        months.reporting_month
    from submissions
    cross join months
    qualify
        row_number() over (
            partition by submissions.provider, months.reporting_month
            order by
                abs(
                    12 * extract(year from submissions.reporting_month)
                    + extract(month from submissions.reporting_month)
                    - 12 * extract(year from months.reporting_month)
                    - extract(month from months.reporting_month)
                ),
                submissions.reporting_month
        ) = 1
),

raised as (
    select
        measure_id,
        variant_id,
        region,
        provider,
        reporting_month as raised_month,
        {{ sorted_texts('submission_key') }} as submission_keys,
        sum(raised_count) as raised_count,
        sum(in_scope_count) as in_scope_count,
        sum(wan_in_scope_count) as wan_in_scope_count
    from outcomes
    group by measure_id, variant_id, region, provider, reporting_month
),

-- A region that the provider has sent Alerts of, if only in another month, has none in this one.
provider_regions as (
    select distinct
        measure_id,
        variant_id,
        region,
        provider
    from raised
),

final as (
    select
        provider_regions.measure_id,
        provider_regions.variant_id,
        nearest_months.reporting_month,
        provider_regions.region,
        provider_regions.provider,
        coalesce(raised.submission_keys, nearest_months.submission_key) as submission_keys,
        nearest_months.counted_month,
        cast(coalesce(raised.raised_count, 0) as bigint) as raised_count,
        cast(coalesce(raised.in_scope_count, 0) as bigint) as in_scope_count,
        cast(coalesce(raised.wan_in_scope_count, 0) as bigint) as wan_in_scope_count,
        cast(
            greatest(coalesce(raised.raised_count, 0) - coalesce(received.raised_count, 0), 0)
            as bigint
        ) as unsent_count
    from provider_regions
    inner join nearest_months
        on provider_regions.provider = nearest_months.provider
    left join raised
        on
            provider_regions.measure_id = raised.measure_id
            and provider_regions.variant_id = raised.variant_id
            and provider_regions.region = raised.region
            and provider_regions.provider = raised.provider
            and nearest_months.counted_month = raised.raised_month
    left join raised as received
        on
            provider_regions.measure_id = received.measure_id
            and provider_regions.variant_id = received.variant_id
            and provider_regions.region = received.region
            and provider_regions.provider = received.provider
            and nearest_months.reporting_month = received.raised_month
)

select * from final
