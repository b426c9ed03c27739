{#- H13.4: docs/measures/pmr_timeliness.md#blind-spots; PMR-07, PMR-08, PMR-13 -#}
{# Who holds up the PMR: the provider that may submit last, and the one that did. An extract counts
   from its first version: a correction does not hold up the report that went before it. What has
   not come is later than all. #}
with

submissions_expected as (
    select
        provider,
        extract,
        reporting_month,
        due_date,
        due_working_day_number
    from {{ ref('int_submissions_expected') }}
    where is_pmr_input
),

submissions as (
    select
        provider,
        extract,
        reporting_month,
        {{ working_day_date('received_at') }} as received_date
    from {{ ref('stg_lake__submissions') }}
    where {{ submission_is_known() }}
),

months as (
    select
        reporting_month,
        next_period_start_date
    from {{ ref('int_calendar_months') }}
),

regimes_bound as (
    select
        reporting_month,
        regime_id
    from {{ ref('int_pmr_regimes_in_force') }}
),

regime_due_dates as (
    select
        reporting_month,
        regime_id,
        due_date,
        due_working_day_number
    from {{ ref('int_pmr_due_dates') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

pmr_production_days as (
    select
        production_working_days,
        valid_from,
        valid_to
    from {{ ref('pmr_production_days') }}
),

calendar_dates as (
    select
        calendar_date,
        working_day_number_on_or_after
    from {{ ref('int_working_day_calendar') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

first_received as (
    select
        provider,
        extract,
        reporting_month,
        min(received_date) as received_date
    from submissions
    group by
        provider,
        extract,
        reporting_month
),

months_bound as (
    select
        months.reporting_month,
        regimes_bound.regime_id,
        regime_due_dates.due_date as regime_due_date,
        regime_due_dates.due_working_day_number as regime_due_working_day_number,
        pmr_production_days.production_working_days
    from months
    inner join regimes_bound
        on months.reporting_month = regimes_bound.reporting_month
    inner join regime_due_dates
        on
            regimes_bound.reporting_month = regime_due_dates.reporting_month
            and regimes_bound.regime_id = regime_due_dates.regime_id
    inner join pmr_production_days
        on {{ is_valid('pmr_production_days', 'months.next_period_start_date') }}
),

providers_months as (
    select
        submissions_expected.reporting_month,
        submissions_expected.provider,
        count(*) as expected_extract_count,
        count(first_received.extract) as received_extract_count,
        count(*) = count(first_received.extract) as is_complete,
        max(submissions_expected.due_date) as contracted_due_date,
        max(submissions_expected.due_working_day_number) as contracted_due_working_day_number,
        max(first_received.received_date) as last_received_date
    from submissions_expected
    left join first_received
        on
            submissions_expected.provider = first_received.provider
            and submissions_expected.extract = first_received.extract
            and submissions_expected.reporting_month = first_received.reporting_month
    group by
        submissions_expected.reporting_month,
        submissions_expected.provider
),

providers_months_numbered as (
    select
        providers_months.*,
        months_bound.regime_id,
        months_bound.regime_due_date,
        months_bound.regime_due_working_day_number,
        months_bound.production_working_days,
        calendar_dates.working_day_number_on_or_after as received_working_day_number
    from providers_months
    inner join months_bound
        on providers_months.reporting_month = months_bound.reporting_month
    left join calendar_dates
        on providers_months.last_received_date = calendar_dates.calendar_date
),

providers_months_compared as (
    select
        *,
        max(contracted_due_date) over months as last_contracted_due_date,
        max(last_received_date) over months as month_last_received_date,
        bool_and(is_complete) over months as is_month_complete
    from providers_months_numbered
    window months as (partition by reporting_month)
),

providers_months_judged as (
    select
        *,
        regime_due_working_day_number
        - contracted_due_working_day_number
        - production_working_days as contracted_slack_working_days,
        case
            when is_complete
                then
                    regime_due_working_day_number
                    - received_working_day_number
                    - production_working_days
        end as actual_slack_working_days,
        coalesce(contracted_due_date = last_contracted_due_date, false) as is_contracted_critical,
        case
            when is_month_complete then last_received_date = month_last_received_date
            else not is_complete
        end as is_actual_critical
    from providers_months_compared
),

final as (
    select
        cast(reporting_month as date) as reporting_month,
        provider,
        cast(regime_id as {{ dbt.type_string() }}) as regime_id,
        cast(expected_extract_count as integer) as expected_extract_count,
        cast(received_extract_count as integer) as received_extract_count,
        cast(production_working_days as integer) as production_working_days,
        cast(contracted_slack_working_days as integer) as contracted_slack_working_days,
        cast(actual_slack_working_days as integer) as actual_slack_working_days,
        is_complete,
        is_contracted_critical,
        is_actual_critical,
        cast(contracted_due_date as date) as contracted_due_date,
        cast(last_received_date as date) as last_received_date,
        cast(regime_due_date as date) as regime_due_date
    from providers_months_judged
)

select * from final
