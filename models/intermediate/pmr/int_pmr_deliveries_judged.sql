{#- H13.4: docs/measures/pmr_timeliness.md#formula; PMR-05, PMR-06, PMR-10 -#}
{# SEC H13.4. A PMR that arrives on a day that is no Working Day counts as there on the next one. #}
with

deliveries as (
    select
        submission_key,
        reporting_month,
        pmr_version,
        delivered_date,
        source_file,
        source_row
    from {{ ref('int_pmr_deliveries_current') }}
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
        sla_working_days,
        due_date,
        due_working_day_number
    from {{ ref('int_pmr_due_dates') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

calendar_dates as (
    select
        calendar_date,
        working_day_number_on_or_after
    from {{ ref('int_working_day_calendar') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

deliveries_judged as (
    select
        deliveries.*,
        regimes_bound.regime_id,
        in_force.sla_working_days,
        in_force.due_date,
        obligation.due_date as obligation_due_date,
        deliveries.delivered_date <= in_force.due_date as is_on_time,
        calendar_dates.working_day_number_on_or_after
        - in_force.due_working_day_number as working_days_after_due
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
    left join calendar_dates
        on deliveries.delivered_date = calendar_dates.calendar_date
),

final as (
    select
        cast(reporting_month as date) as reporting_month,
        cast(pmr_version as integer) as pmr_version,
        cast(regime_id as {{ dbt.type_string() }}) as regime_id,
        cast(submission_key as {{ dbt.type_string() }}) as submission_key,
        cast(source_file as {{ dbt.type_string() }}) as source_file,
        cast(source_row as bigint) as source_row,
        cast('{{ var("working_day_calendar") }}' as {{ dbt.type_string() }}) as calendar,
        cast(sla_working_days as integer) as sla_working_days,
        cast(
            case
                when not is_on_time then working_days_after_due
                when is_on_time then 0
            end as integer
        ) as late_working_days,
        is_on_time,
        cast(due_date as date) as due_date,
        cast(obligation_due_date as date) as obligation_due_date,
        cast(delivered_date as date) as delivered_date
    from deliveries_judged
)

select * from final
