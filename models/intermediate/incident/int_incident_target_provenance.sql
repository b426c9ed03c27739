{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-22, RES-04 -#}
{# How far the target times are known that a month's Incidents are held to: a result is known no
   better than they are. A target that holds on any day of the month counts. #}
with

variants as (
    select *
    from {{ ref('measure_incident_variants') }}
),

categories as (
    select *
    from {{ ref('measure_incident_categories') }}
),

target_times as (
    select *
    from {{ ref('incident_target_times') }}
),

provenance_ranks as (
    select
        provenance,
        certainty_rank
    from {{ ref('provenance_ranks') }}
),

measure_months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

months as (
    select
        reporting_month,
        next_period_start_date
    from {{ ref('int_calendar_months') }}
),

final as (
    select
        variants.measure_id,
        variants.variant_id,
        months.reporting_month,
        max(provenance_ranks.certainty_rank) as certainty_rank
    from variants
    inner join categories
        on
            variants.measure_id = categories.measure_id
            and variants.variant_id = categories.variant_id
    inner join target_times
        on
            categories.incident_category = target_times.incident_category
            and variants.outcome_kind = target_times.target_kind
            and target_times.target_basis in ('elapsed', variants.target_basis)
    inner join provenance_ranks
        on target_times.provenance = provenance_ranks.provenance
    inner join months
        on
            target_times.valid_from < months.next_period_start_date
            and months.reporting_month < coalesce(target_times.valid_to, date '9999-12-31')
    inner join measure_months
        on months.reporting_month = measure_months.reporting_month
    group by variants.measure_id, variants.variant_id, months.reporting_month
)

select * from final
