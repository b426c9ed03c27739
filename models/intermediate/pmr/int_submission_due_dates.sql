{#- H13.4: docs/measures/pmr_timeliness.md#in-and-out; PMR-07, PMR-08, PMR-12 -#}
{# The contracted time that holds is the one valid on the first day after the month; a time for the
   very extract comes before the provider's time for all of them. #}
with

submissions as (
    select
        provider,
        extract,
        reporting_month
    from {{ ref('int_submission_months') }}
    where is_plausible
),

months as (
    select
        reporting_month,
        period_end_date,
        next_period_start_date
    from {{ ref('int_calendar_months') }}
),

provider_submission_slas as (
    select
        provider,
        extract,
        sla_kind,
        submission_working_days,
        is_pmr_input,
        valid_from,
        valid_to
    from {{ ref('provider_submission_slas') }}
),

calendar_dates as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_working_day_calendar') }}
),

working_days as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_working_day_calendar') }}
    where is_working_day
),

providers_extracts as (
    select
        provider,
        extract,
        min(reporting_month) as first_submitted_month
    from submissions
    group by
        provider,
        extract
),

contracted_slas as (
    select *
    from provider_submission_slas
    where sla_kind = 'contracted'
),

contracted_terms as (
    select
        months.reporting_month,
        months.period_end_date,
        providers_extracts.provider,
        providers_extracts.extract,
        contracted_slas.submission_working_days,
        contracted_slas.is_pmr_input,
        '{{ var("working_day_calendar") }}' as calendar
    from months
    inner join providers_extracts
        on months.reporting_month >= providers_extracts.first_submitted_month
    left join contracted_slas
        on
            providers_extracts.provider = contracted_slas.provider
            and contracted_slas.extract in (providers_extracts.extract, 'all')
            and {{ is_valid('contracted_slas', 'months.next_period_start_date') }}
    qualify
        row_number() over (
            partition by
                months.reporting_month,
                providers_extracts.provider,
                providers_extracts.extract
            order by
                case when contracted_slas.extract = providers_extracts.extract then 1 else 2 end
        ) = 1
),

due_dates as (
    select
        contracted_terms.*,
        due.working_day_number as due_working_day_number,
        due.calendar_date as due_date
    from contracted_terms
    {{ join_working_day_after(
        due='due',
        dates_of='calendar_dates',
        working_days_of='working_days',
        calendar='contracted_terms.calendar',
        start_date='contracted_terms.period_end_date',
        working_days='contracted_terms.submission_working_days',
        join='left'
    ) }}
),

final as (
    select
        reporting_month,
        provider,
        extract,
        submission_working_days,
        due_working_day_number,
        due_date,
        cast(
            {{ to_utc(
                'cast(' ~ dbt.dateadd('day', 1, 'due_date') ~ ' as timestamp)',
                var('working_day_timezone')
            ) }} as timestamp
        ) as overdue_from_at,
        coalesce(is_pmr_input, false) as is_pmr_input
    from due_dates
)

select * from final
