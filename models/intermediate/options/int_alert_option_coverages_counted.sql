{#- MP122B: docs/measures/solution_options.md#options; ALT-10, OPT-03 -#}
{# Coverage by volume of the default reading of CPM 3: an option that measures sees the Alerts of
   its regions; the proxy stands for those that cross the WAN where Service Requests do too. Alerts excluded by
   their code are known to be out of scope, so they count as seen. #}
with

scopes as (
    select *
    from {{ ref('solution_option_scopes') }}
),

variants as (
    select
        measure_id,
        variant_id
    from {{ ref('measure_variants') }}
    where is_default
),

volumes as (
    select *
    from {{ ref('int_alert_volumes_estimated') }}
    where raised_count > 0
),

proxied_months as (
    select distinct
        cast(date_trunc('month', request_date) as date) as reporting_month,
        region
    from {{ ref('int_alert_proxy_counted') }}
    where wan_return_count > 0
),

populations as (
    select
        volumes.measure_id,
        volumes.reporting_month,
        volumes.region,
        sum(volumes.raised_count) as population_count,
        sum(
            volumes.raised_count - volumes.in_scope_count + volumes.wan_in_scope_count
        ) as wan_population_count
    from volumes
    inner join variants
        on
            volumes.measure_id = variants.measure_id
            and volumes.variant_id = variants.variant_id
    group by volumes.measure_id, volumes.reporting_month, volumes.region
),

options as (
    select distinct
        option_id,
        measure_id
    from scopes
),

final as (
    select
        options.option_id,
        options.measure_id,
        populations.reporting_month,
        populations.region,
        cast(
            case
                when scopes.basis = 'measured' then populations.population_count
                when scopes.basis = 'proxy' and proxied_months.region is not null
                    then populations.wan_population_count
                else 0
            end as bigint
        ) as seen_count,
        cast(populations.population_count as bigint) as population_count
    from options
    inner join populations
        on options.measure_id = populations.measure_id
    left join scopes
        on
            options.option_id = scopes.option_id
            and options.measure_id = scopes.measure_id
            and scopes.region in ('all', populations.region)
    left join proxied_months
        on
            populations.reporting_month = proxied_months.reporting_month
            and populations.region = proxied_months.region
)

select * from final
