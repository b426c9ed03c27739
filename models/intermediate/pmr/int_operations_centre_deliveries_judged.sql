{#- H13.4: docs/measures/obligations.md#in-and-out; PMR-17 -#}
{# Reporting of the Technical Operations Centre that goes with the PMR has the PMR's due dates;
   whoever reads it takes the first version. #}
with

deliveries as (
    select
        staged.submission_key,
        staged.reporting_month,
        staged.report_name,
        staged.report_version,
        staged.delivered_date,
        staged.source_file,
        staged.source_row
    from {{ ref('stg_dcc__operations_centre_deliveries') }} as staged
    {{ current_submissions_only('operations_centre_deliveries', 'staged', 'submissions') }}
),

regimes_bound as (
    select
        reporting_month,
        regime_id,
        obligation_regime_id
    from {{ ref('int_pmr_regimes_in_force') }}
),

due_dates as (
    select
        reporting_month,
        regime_id,
        due_date
    from {{ ref('int_pmr_due_dates') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

final as (
    select
        deliveries.reporting_month,
        deliveries.report_name,
        deliveries.report_version,
        regimes_bound.regime_id,
        deliveries.submission_key,
        deliveries.source_file,
        deliveries.source_row,
        deliveries.delivered_date <= in_force.due_date as is_on_time,
        deliveries.delivered_date <= obligation.due_date as is_within_obligation,
        in_force.due_date,
        obligation.due_date as obligation_due_date,
        deliveries.delivered_date
    from deliveries
    left join regimes_bound
        on deliveries.reporting_month = regimes_bound.reporting_month
    left join due_dates as in_force
        on
            regimes_bound.reporting_month = in_force.reporting_month
            and regimes_bound.regime_id = in_force.regime_id
    left join due_dates as obligation
        on
            regimes_bound.reporting_month = obligation.reporting_month
            and regimes_bound.obligation_regime_id = obligation.regime_id
)

select * from final
