{#- MP122B: docs/change_discussion.md#questions; OPT-14 -#}
{# Figures of the marts that bear on a question of the consultation; a month has those of its own
   and those that are the same in every month. #}
{%- set figures = [
    (1, 'measured_pct', 'results', 'cr1418_and_cr1438_pct', 'pct', 'rpt_scenario_results'),
    (1, 'proxy_pct', 'results', 'proxy_pct', 'pct', 'rpt_scenario_results'),
    (1, 'error_avoided_points', 'both_alert_requests', 'error_avoided_points', 'points', 'rpt_solution_route_values'),
    (1, 'cr1418_coverage_pct', 'cr1418_alone', 'coverage_pct', 'pct', 'rpt_solution_route_values'),
    (1, 'both_coverage_pct', 'both_alert_requests', 'coverage_pct', 'pct', 'rpt_solution_route_values'),
    (1, 'proxy_coverage_pct', 'both_alert_requests', 'operations_centre_coverage_pct', 'pct', 'rpt_solution_route_values'),
    (1, 'both_low_gbp', 'both_alert_requests', 'low_gbp', 'gbp', 'rpt_solution_route_values'),
    (1, 'both_high_gbp', 'both_alert_requests', 'high_gbp', 'gbp', 'rpt_solution_route_values'),
    (1, 'proxy_gbp', 'both_alert_requests', 'operations_centre_high_gbp', 'gbp', 'rpt_solution_route_values'),
    (2, 'smets1_share_pct', 'smets1_alerts', 'smets1_share_pct', 'pct', 'rpt_solution_option_coverage'),
    (2, 'with_pct', 'results', 'cr1418_and_cr1438_pct', 'pct', 'rpt_scenario_results'),
    (2, 'without_pct', 'results', 'without_s1sps_pct', 'pct', 'rpt_scenario_results'),
    (2, 's1sp_low_gbp', 's1sp_shares', 'low_gbp', 'gbp', 'rpt_solution_option_costs'),
    (2, 's1sp_high_gbp', 's1sp_shares', 'high_gbp', 'gbp', 'rpt_solution_option_costs'),
    (3, 'speed_pct', 'results', 'speed_pct', 'pct', 'rpt_scenario_results'),
    (3, 'success_rate_pct', 'results', 'success_rate_pct', 'pct', 'rpt_scenario_results'),
    (4, 'code_count', 'time_critical_codes', 'code_count', 'count', 'fct_alerts_daily'),
    (4, 'time_critical_share_pct', 'time_critical_alerts', 'share_pct', 'pct', 'fct_alerts_daily'),
    (4, 'time_critical_pct', 'results', 'speed_time_critical_pct', 'pct', 'rpt_scenario_results'),
    (4, 'gbcs_critical_pct', 'results', 'speed_gbcs_critical_pct', 'pct', 'rpt_scenario_results'),
    (4, 'speed_pct', 'results', 'speed_pct', 'pct', 'rpt_scenario_results'),
    (5, 'cpm_5_pct', 'results', 'cpm_5_pct', 'pct', 'rpt_scenario_results'),
    (5, 'cpm_5a_pct', 'results', 'cpm_5a_pct', 'pct', 'rpt_scenario_results'),
    (5, 'agreement_pct', 'agreements', 'agreement_pct', 'pct', 'rpt_incident_agreement_counts'),
    (5, 'operations_centre_gbp', 'incident_costs', 'high_gbp', 'gbp', 'rpt_solution_option_costs'),
    (6, 'month_count', 'at_18_working_days', 'month_count', 'count', 'rpt_pmr_sla_meetings'),
    (6, 'main_in_time_count', 'at_18_working_days', 'main_in_time_count', 'count', 'rpt_pmr_sla_meetings'),
    (6, 'reporting_in_time_count', 'at_18_working_days', 'reporting_in_time_count', 'count', 'rpt_pmr_sla_meetings'),
    (6, 'recommended_main_in_time_count', 'at_25_working_days', 'main_in_time_count', 'count', 'rpt_pmr_sla_meetings'),
    (6, 'cost_gbp', 'at_18_working_days', 'cost_gbp', 'gbp', 'rpt_pmr_sla_meetings'),
    (7, 'cr1423_coverage_pct', 'hub_requests', 'coverage_pct', 'pct', 'rpt_solution_route_values'),
    (7, 'proxy_coverage_pct', 'hub_requests', 'operations_centre_coverage_pct', 'pct', 'rpt_solution_route_values'),
    (7, 'cr1423_pct', 'results', 'cr1423_pct', 'pct', 'rpt_scenario_results'),
    (7, 'proxy_pct', 'results', 'hub_proxy_pct', 'pct', 'rpt_scenario_results'),
    (7, 'cr1423_low_gbp', 'hub_requests', 'low_gbp', 'gbp', 'rpt_solution_route_values'),
    (7, 'cr1423_high_gbp', 'hub_requests', 'high_gbp', 'gbp', 'rpt_solution_route_values'),
    (7, 'proxy_gbp', 'hub_requests', 'operations_centre_high_gbp', 'gbp', 'rpt_solution_route_values'),
    (8, 'cr1440_coverage_pct', 'smets1_requests', 'coverage_pct', 'pct', 'rpt_solution_route_values'),
    (8, 'proxy_coverage_pct', 'smets1_requests', 'operations_centre_coverage_pct', 'pct', 'rpt_solution_route_values'),
    (8, 'cr1440_pct', 'results', 'cr1440_pct', 'pct', 'rpt_scenario_results'),
    (8, 'proxy_pct', 'results', 'smets1_proxy_pct', 'pct', 'rpt_scenario_results'),
    (8, 'cr1440_low_gbp', 'smets1_requests', 'low_gbp', 'gbp', 'rpt_solution_route_values'),
    (8, 'cr1440_high_gbp', 'smets1_requests', 'high_gbp', 'gbp', 'rpt_solution_route_values'),
    (8, 'proxy_gbp', 'smets1_requests', 'operations_centre_high_gbp', 'gbp', 'rpt_solution_route_values'),
    (9, 'single_month', 'starts', 'single_month', 'month', 'rpt_solution_start_dates'),
    (9, 'phased_first_month', 'starts', 'phased_first_month', 'month', 'rpt_solution_start_dates'),
    (9, 'phased_last_month', 'starts', 'phased_last_month', 'month', 'rpt_solution_start_dates'),
    (9, 'operations_centre_month', 'starts', 'operations_centre_month', 'month', 'rpt_solution_start_dates'),
    (9, 'single_gap_count', 'starts', 'single_gap_count', 'count', 'rpt_solution_start_dates'),
    (9, 'phased_gap_count', 'starts', 'phased_gap_count', 'count', 'rpt_solution_start_dates'),
    (9, 'operations_centre_gap_count', 'starts', 'operations_centre_gap_count', 'count', 'rpt_solution_start_dates'),
] -%}
{%- set results = [] -%}
{%- for column, scenario, measure, variant in [
    ('cr1418_and_cr1438_pct', 'cr1418_and_cr1438', 'CPM_3', 'speed'),
    ('without_s1sps_pct', 'cr1418_and_cr1438_without_s1sps', 'CPM_3', 'speed'),
    ('proxy_pct', 'proxy', 'CPM_3', 'speed'),
    ('speed_pct', 'decided', 'CPM_3', 'speed'),
    ('success_rate_pct', 'decided', 'CPM_3', 'success_rate'),
    ('speed_time_critical_pct', 'decided', 'CPM_3', 'speed_time_critical'),
    ('speed_gbcs_critical_pct', 'decided', 'CPM_3', 'speed_gbcs_critical'),
    ('cpm_5_pct', 'decided', 'CPM_5', 'split'),
    ('cpm_5a_pct', 'decided', 'CPM_5A', 'split'),
    ('cr1423_pct', 'cr1423', 'CPM_6A', 'activations_out_of_updates'),
    ('hub_proxy_pct', 'firmware_proxy', 'CPM_6A', 'activations_out_of_updates'),
    ('cr1440_pct', 'cr1440', 'CPM_6C', 'update_and_activation'),
    ('smets1_proxy_pct', 'firmware_proxy', 'CPM_6C', 'update_and_activation'),
] -%}
    {%- do results.append(
        "max(result_pct) filter (where scenario_id = '" ~ scenario ~ "' and measure_id = '" ~ measure
        ~ "' and variant_id = '" ~ variant ~ "') as " ~ column
    ) -%}
{%- endfor -%}
{%- set starts = [] -%}
{%- for name, condition in [
    ('single', "approach_id = 'single'"),
    ('phased', "approach_id = 'phased' and option_kind = 'change_request'"),
    ('operations_centre', "approach_id = 'phased' and option_kind = 'operations_centre'"),
] -%}
    {%- for aggregate, column, as_name in [
        ('min', 'reported_from_month', 'first_month'),
        ('max', 'reported_from_month', 'last_month'),
        ('max', 'month_without_reporting_count', 'gap_count'),
    ] -%}
        {%- do starts.append(
            aggregate ~ '(' ~ column ~ ') filter (where ' ~ condition ~ ') as ' ~ name ~ '_' ~ as_name
        ) -%}
    {%- endfor -%}
{%- endfor %}
with

national as (
    select *
    from {{ ref('rpt_scenario_results') }}
    where scope_type = 'national' and aggregation = 'pooled'
),

route_values as (
    select *
    from {{ ref('rpt_solution_route_values') }}
),

coverages as (
    select *
    from {{ ref('rpt_solution_option_coverage') }}
    where option_id = 'toc_alerts'
),

costs as (
    select *
    from {{ ref('rpt_solution_option_costs') }}
),

meetings as (
    select *
    from {{ ref('rpt_pmr_sla_meetings') }}
    where period_id = 'nine_years' and calendar = '{{ var("working_day_calendar") }}'
),

start_dates as (
    select *
    from {{ ref('rpt_solution_start_dates') }}
    where is_default_approval and measure_id != 'none'
),

alerts as (
    select
        cast(date_trunc('month', alert_date) as date) as reporting_month,
        alert_kind,
        alert_code,
        is_time_critical,
        message_count
    from {{ ref('fct_alerts_daily') }}
    where exclusion_reason is null
),

incidents as (
    select *
    from {{ ref('rpt_incident_agreement_counts') }}
),

results as (
    select
        reporting_month,
        {{ results | join(',\n        ') }}
    from national
    group by reporting_month
),

months as (
    select reporting_month
    from results
),

both_alert_requests as (
    select *
    from route_values
    where route_id = 'cr1418_and_cr1438'
),

cr1418_alone as (
    select *
    from route_values
    where route_id = 'cr1418'
),

hub_requests as (
    select *
    from route_values
    where route_id = 'cr1423'
),

smets1_requests as (
    select *
    from route_values
    where route_id = 'cr1440' and measure_id = 'CPM_6C'
),

smets1_alerts as (
    select
        reporting_month,
        100.0 * sum(population_count) filter (where scope = 'SMETS1')
        / nullif(sum(population_count) filter (where scope_type = 'national'), 0)
            as smets1_share_pct
    from coverages
    group by reporting_month
),

s1sp_shares as (
    select
        months.reporting_month,
        costs.low_gbp,
        costs.high_gbp
    from months
    cross join costs
    where costs.option_id = 'cr1438' and costs.cost_kind = 's1sp_share'
),

incident_costs as (
    select
        months.reporting_month,
        costs.high_gbp
    from months
    cross join costs
    where costs.option_id = 'toc_incidents' and costs.cost_kind = 'operations_centre'
),

time_critical_codes as (
    select
        reporting_month,
        count(distinct concat(alert_kind, alert_code)) as code_count
    from alerts
    where is_time_critical
    group by reporting_month
),

time_critical_alerts as (
    select
        reporting_month,
        100.0 * sum(message_count) filter (where is_time_critical)
        / nullif(sum(message_count), 0) as share_pct
    from alerts
    group by reporting_month
),

agreements as (
    select
        reporting_month,
        100.0 * sum(incident_count) filter (where match_status = 'matched')
        / nullif(sum(incident_count), 0) as agreement_pct
    from incidents
    group by reporting_month
),

at_18_working_days as (
    select
        months.reporting_month,
        meetings.month_count,
        meetings.main_in_time_count,
        meetings.reporting_in_time_count,
        meetings.cost_gbp
    from months
    cross join meetings
    where meetings.option_number = 1
),

at_25_working_days as (
    select
        months.reporting_month,
        meetings.main_in_time_count
    from months
    cross join meetings
    where meetings.is_recommended
),

first_starts as (
    select
        {{ starts | join(',\n        ') }}
    from start_dates
),

starts as (
    select
        months.reporting_month,
        first_starts.single_first_month as single_month,
        first_starts.phased_first_month,
        first_starts.phased_last_month,
        first_starts.operations_centre_first_month as operations_centre_month,
        first_starts.single_gap_count,
        first_starts.phased_gap_count,
        first_starts.operations_centre_gap_count
    from months
    cross join first_starts
),

{% set written = {
    'pct': "cast(cast({0} as decimal(9, 2)) as " ~ dbt.type_string() ~ ")",
    'points': "cast(cast({0} as decimal(9, 2)) as " ~ dbt.type_string() ~ ")",
    'count': "cast(cast({0} as bigint) as " ~ dbt.type_string() ~ ")",
    'month': "substr(cast({0} as " ~ dbt.type_string() ~ "), 1, 7)",
} -%}
final as (
    {% for question, figure, rows_of, column, unit, mart in figures -%}
        select
            {{ question }} as question_number,
            '{{ figure }}' as figure_id,
            '{{ mart }}' as mart,
            '{{ unit }}' as unit,
            {% if unit == 'gbp' -%}
                concat('£', {{ with_thousands(column) }}) as figure_text,
            {%- else -%}
                {{ written[unit].format(column) }} as figure_text,
            {%- endif %}
            {% if unit == 'month' -%}
                cast(null as decimal(18, 6)) as figure_value,
            {%- else -%}
                cast({{ column }} as decimal(18, 6)) as figure_value,
            {%- endif %}
            reporting_month
        from {{ rows_of }}
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
