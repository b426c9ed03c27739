{# Which basis feeds a measure in a region and month: a decision for the region goes before one for
   all regions. #}
with

decisions as (
    select *
    from {{ ref('measure_bases') }}
),

months as (
    select reporting_month
    from {{ ref('int_measure_months_listed') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

final as (
    select
        decisions.measure_id,
        months.reporting_month,
        regions.region,
        decisions.basis,
        decisions.limitation,
        decisions.provenance
    from decisions
    inner join months
        on
            decisions.valid_from <= months.reporting_month
            and months.reporting_month < coalesce(decisions.valid_to, date '9999-12-31')
    inner join regions
        on decisions.region in ('all', regions.region)
    qualify
        row_number() over (
            partition by decisions.measure_id, months.reporting_month, regions.region
            order by case when decisions.region = 'all' then 1 else 0 end
        ) = 1
)

select * from final
