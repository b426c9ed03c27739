{#- OPR: docs/measures/operational_performance_regime.md#formula; SRQ-10 -#}
{# The Operational Performance Regime by regulatory year, April to March: within the Target Response
   Time beside within the target of the Round Trip Time. Which of the two the regime should take was
   what the workshops of 2021 were about. Service availability has no Service Requests. #}
with

cells as (
    select *
    from {{ ref('int_service_requests_classified') }}
),

measures as (
    select *
    from {{ ref('opr_measures') }}
),

areas as (
    select
        weight_ten_thousandths,
        valid_from,
        valid_to
    from {{ ref('opr_areas') }}
    where opr_area = 'system_performance'
),

outcomes as (
    select
        outcome,
        is_final
    from {{ ref('service_request_outcomes') }}
),

bridge as (
    select
        business_process,
        service_reference_variant
    from {{ ref('business_process_service_reference_variants') }}
),

months as (
    select
        reporting_month,
        cast(date_trunc('year', reporting_month - interval 3 month) as date)
        + interval 3 month as regulatory_year_start
    from {{ ref('int_reporting_months_with_data') }}
),

regions as (
    select
        region,
        generation
    from {{ ref('region_generations') }}
),

years as (
    select
        cast(regulatory_year_start as date) as regulatory_year_start,
        count(*) as month_count
    from months
    group by regulatory_year_start
),

grid as (
    select
        measures.opr_measure,
        measures.opr_measure_name,
        measures.business_process,
        measures.weight_ten_thousandths,
        measures.target_bp,
        measures.minimum_bp,
        measures.is_margin_at_risk,
        measures.provenance,
        areas.weight_ten_thousandths as area_weight_ten_thousandths,
        regions.region,
        regions.generation,
        years.regulatory_year_start,
        years.month_count
    from measures
    inner join years
        on {{ is_valid('measures', 'years.regulatory_year_start') }}
    left join areas
        on {{ is_valid('areas', 'years.regulatory_year_start') }}
    cross join regions
),

counted as (
    select
        bridge.business_process,
        cells.region,
        cast(months.regulatory_year_start as date) as regulatory_year_start,
        sum(cells.request_count) as request_count,
        sum(cells.within_target_count) as within_target_count,
        sum(cells.wan_sent_count) as round_trip_count,
        sum(cells.within_round_trip_target_count) as within_round_trip_target_count
    from cells
    inner join bridge
        on cells.service_reference_variant = bridge.service_reference_variant
    inner join months
        on cells.request_month = months.reporting_month
    inner join outcomes
        on cells.outcome = outcomes.outcome
    where
        cells.has_target
        and outcomes.is_final
    group by bridge.business_process, cells.region, months.regulatory_year_start
),

final as (
    select
        grid.opr_measure,
        grid.generation,
        grid.region,
        grid.opr_measure_name,
        case
            when grid.business_process is null then 'not_computed'
            when coalesce(counted.request_count, 0) = 0 then 'no_events'
            when grid.target_bp is null then 'no_level'
            when counted.within_target_count * 10000 >= grid.target_bp * counted.request_count
                then 'target_met'
            when counted.within_target_count * 10000 >= grid.minimum_bp * counted.request_count
                then 'minimum_met'
            else 'below_minimum'
        end as status,
        case
            when grid.business_process is null
                then 'No extract shows the availability of services to each Region'
        end as limitation,
        grid.provenance,
        cast(grid.month_count as bigint) as month_count,
        cast(counted.request_count as bigint) as request_count,
        cast(counted.within_target_count as bigint) as within_target_count,
        cast(counted.round_trip_count as bigint) as round_trip_count,
        cast(counted.within_round_trip_target_count as bigint) as within_round_trip_target_count,
        cast(
            100.0 * counted.within_target_count / nullif(counted.request_count, 0)
            as decimal(9, 6)
        ) as target_response_time_pct,
        cast(
            100.0 * counted.within_round_trip_target_count / nullif(counted.round_trip_count, 0)
            as decimal(9, 6)
        ) as round_trip_time_pct,
        cast(grid.weight_ten_thousandths / 100.0 as decimal(5, 2)) as weight_pct,
        cast(
            grid.area_weight_ten_thousandths / 100.0 as decimal(5, 2)
        ) as system_performance_weight_pct,
        cast(grid.target_bp / 100.0 as decimal(5, 2)) as target_pct,
        cast(grid.minimum_bp / 100.0 as decimal(5, 2)) as minimum_pct,
        grid.is_margin_at_risk,
        grid.regulatory_year_start
    from grid
    left join counted
        on
            grid.business_process = counted.business_process
            and grid.region = counted.region
            and grid.regulatory_year_start = counted.regulatory_year_start
)

select * from final
