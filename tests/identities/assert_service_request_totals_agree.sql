-- Each Service Request once: the daily cells, the monthly ones, the variants of the annex taken
-- once each whatever the processes they serve, and the counts of CPM 1 and 2 in every reading give
-- the same requests.
with

daily as (
    select
        date_trunc('month', request_date) as request_month,
        service_reference_variant,
        mode,
        sum(request_count) as request_count
    from {{ ref('fct_service_requests_daily') }}
    group by request_month, service_reference_variant, mode
),

monthly as (
    select
        request_month,
        service_reference_variant,
        mode,
        sum(request_count) as request_count
    from {{ ref('fct_service_requests_monthly') }}
    group by request_month, service_reference_variant, mode
),

annex_processes as (
    select
        reporting_month,
        service_reference_variant,
        business_process,
        sum(volume) as volume
    from {{ ref('rpt_business_process_performance') }}
    where volume_source = 'service_requests'
    group by reporting_month, service_reference_variant, business_process
),

monthly_variants as (
    select
        request_month,
        service_reference_variant,
        sum(request_count) as request_count
    from monthly
    group by request_month, service_reference_variant
),

mapped as (
    select
        business_process,
        service_reference_variant
    from {{ ref('business_process_service_reference_variants') }}
),

measured as (
    select
        outcomes.measure_id,
        outcomes.variant_id,
        outcomes.reporting_month,
        variants.mode,
        sum(outcomes.total_count + outcomes.excluded_count) as request_count
    from {{ ref('int_service_request_outcomes') }} as outcomes
    inner join {{ ref('measure_service_request_variants') }} as variants
        on
            outcomes.measure_id = variants.measure_id
            and outcomes.variant_id = variants.variant_id
    group by outcomes.measure_id, outcomes.variant_id, outcomes.reporting_month, variants.mode
),

excluded as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        sum(request_count) as excluded_count
    from {{ ref('rpt_service_request_exclusions') }}
    group by measure_id, variant_id, reporting_month, region
),

left_out as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        sum(excluded_count) as excluded_count
    from {{ ref('int_service_request_outcomes') }}
    where excluded_count > 0
    group by measure_id, variant_id, reporting_month, region
),

monthly_modes as (
    select
        request_month,
        mode,
        sum(request_count) as request_count
    from monthly
    group by request_month, mode
)

select
    'daily and monthly' as what_differs,
    concat_ws(' ', daily.request_month, daily.service_reference_variant, daily.mode) as cell
from daily
full join monthly
    on
        daily.request_month = monthly.request_month
        and daily.service_reference_variant = monthly.service_reference_variant
        and daily.mode = monthly.mode
where daily.request_count is distinct from monthly.request_count

union all

select
    'annex and monthly' as what_differs,
    concat_ws(' ', monthly_variants.request_month, mapped.business_process) as cell
from monthly_variants
inner join mapped
    on monthly_variants.service_reference_variant = mapped.service_reference_variant
full join annex_processes
    on
        monthly_variants.request_month = annex_processes.reporting_month
        and monthly_variants.service_reference_variant = annex_processes.service_reference_variant
        and mapped.business_process = annex_processes.business_process
where monthly_variants.request_count is distinct from annex_processes.volume

union all

select
    'measure and monthly' as what_differs,
    concat_ws(' ', measured.measure_id, measured.variant_id, measured.reporting_month) as cell
from measured
inner join monthly_modes
    on
        measured.reporting_month = monthly_modes.request_month
        and measured.mode = monthly_modes.mode
where measured.request_count != monthly_modes.request_count

union all

select
    'reasons and measure' as what_differs,
    concat_ws(' ', left_out.measure_id, left_out.variant_id, left_out.reporting_month) as cell
from left_out
full join excluded
    on
        left_out.measure_id = excluded.measure_id
        and left_out.variant_id = excluded.variant_id
        and left_out.reporting_month = excluded.reporting_month
        and left_out.region = excluded.region
where left_out.excluded_count is distinct from excluded.excluded_count
