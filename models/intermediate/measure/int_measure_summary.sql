{#- All measures: docs/measures/results.md#summary; REP-14, REP-18 -#}
{# Each measure and month in one row: the result that stands for it, how sure it is, what moved it
   and how soon a reader should look at it. #}
{{ config(materialized='table') }}
{% set moved = [] %}
{% for kind in ['provider', 'region'] %}
    {% for pick in ['mover', 'most_missed'] %}
        {% for part in ['name', 'missed_count', 'total_count'] %}
            {% do moved.append(pick ~ '_' ~ kind ~ '_' ~ part) %}
        {% endfor %}
    {% endfor %}
    {% do moved.append('mover_' ~ kind ~ '_points') %}
{% endfor %}

with

figures as (
    select *
    from {{ ref('int_measure_figures') }}
    where
        is_default
        and scope_type = 'national'
),

changes as (
    select *
    from {{ ref('int_measure_changes') }}
    where
        is_default
        and scope_type = 'national'
),

uncertainties as (
    select *
    from {{ ref('int_measure_uncertainties') }}
),

movers as (
    select *
    from {{ ref('int_measure_movers') }}
),

restatements as (
    select *
    from {{ ref('int_measure_restatements') }}
),

reasons as (
    select
        attention_reason,
        attention_order
    from {{ ref('attention_reasons') }}
),

judged as (
    select
        figures.measure_id,
        figures.reporting_month,
        case
            when figures.status = 'below_minimum' then 'below_minimum'
            when
                figures.status = 'minimum_met'
                and changes.previous_status = 'target_met'
                and changes.no_change_reason is null
                then 'target_no_longer_met'
            when figures.status = 'minimum_met' then 'target_missed'
            when uncertainties.is_verdict_close then 'close_to_a_level'
            when uncertainties.other_verdict_count > 0 then 'depends_on_reading'
            when figures.change_points < 0 then 'fell'
            when figures.result_pct is not null then 'steady'
            else 'no_figure'
        end as attention_reason
    from figures
    inner join changes
        on
            figures.measure_id = changes.measure_id
            and figures.reporting_month = changes.reporting_month
    inner join uncertainties
        on
            figures.measure_id = uncertainties.measure_id
            and figures.reporting_month = uncertainties.reporting_month
),

final as (
    select
        figures.measure_id,
        figures.variant_id,
        figures.measure_name,
        figures.variant_name,
        figures.unit,
        figures.page,
        figures.basis,
        figures.status,
        figures.level_standing,
        figures.provenance,
        figures.limitation,
        changes.previous_basis,
        changes.previous_status,
        figures.no_change_reason,
        uncertainties.better_status,
        uncertainties.worse_status,
        uncertainties.other_statuses,
        uncertainties.lowest_reading_name,
        uncertainties.lowest_reading_status,
        uncertainties.highest_reading_name,
        uncertainties.highest_reading_status,
        restatements.restated_from_status,
        judged.attention_reason,
        cast(
            row_number() over (
                partition by figures.reporting_month
                order by
                    reasons.attention_order asc,
                    coalesce(figures.change_points, 0) asc,
                    figures.measure_id asc
            ) as integer
        ) as attention_rank,
        figures.met_count,
        figures.total_count - figures.met_count as missed_count,
        figures.total_count,
        figures.excluded_count,
        changes.previous_met_count,
        changes.previous_total_count,
        uncertainties.events_to_better_verdict,
        uncertainties.events_to_worse_verdict,
        uncertainties.events_to_change_verdict,
        uncertainties.reading_count,
        uncertainties.other_verdict_count,
        {% for column in moved %}
            movers.{{ column }},
        {% endfor %}
        coalesce(movers.provider_count, 0) as provider_count,
        coalesce(movers.region_count, 0) as region_count,
        figures.result_pct,
        uncertainties.result_lower_pct,
        uncertainties.result_upper_pct,
        figures.target_pct,
        figures.minimum_pct,
        changes.previous_result_pct,
        figures.change_points,
        uncertainties.lowest_reading_pct,
        uncertainties.highest_reading_pct,
        figures.coverage_pct,
        cast(100.0 * movers.unknown_region_count / nullif(figures.total_count, 0) as decimal(9, 6))
            as unknown_region_pct,
        restatements.restated_from_pct,
        cast(figures.result_pct - restatements.restated_from_pct as decimal(9, 6))
            as restated_points,
        figures.line_number,
        changes.is_status_changed,
        uncertainties.is_verdict_close,
        uncertainties.is_small_number,
        restatements.measure_id is not null as is_restated,
        figures.is_synthetic,
        figures.reporting_month,
        restatements.restated_from_published_at
    from figures
    inner join judged
        on
            figures.measure_id = judged.measure_id
            and figures.reporting_month = judged.reporting_month
    inner join reasons
        on judged.attention_reason = reasons.attention_reason
    {% for part in ['changes', 'uncertainties'] %}
        inner join {{ part }}
            on
                figures.measure_id = {{ part }}.measure_id
                and figures.reporting_month = {{ part }}.reporting_month
    {% endfor %}
    {% for part in ['movers', 'restatements'] %}
        left join {{ part }}
            on
                figures.measure_id = {{ part }}.measure_id
                and figures.reporting_month = {{ part }}.reporting_month
    {% endfor %}
)

select * from final
