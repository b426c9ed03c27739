{#- All measures: docs/measures/results.md#summary; REP-14 -#}
{# Of the Regions and of the providers, the one that did most to the change of the result, and the
   one that missed most; and how many events have no known Region. #}
with

contributions as (
    select
        *,
        contribution_rank = 1 as is_mover,
        missed_rank = 1 and missed_count > 0 as is_most_missed
    from {{ ref('int_measure_contributions') }}
),

final as (
    select
        measure_id,
        {% for kind in ['provider', 'region'] %}
            {% for pick in ['mover', 'most_missed'] %}
                {% set picked = "scope_type = '" ~ kind ~ "' and is_" ~ pick %}
                max(case when {{ picked }} then scope_name end) as {{ pick }}_{{ kind }}_name,
                max(case when {{ picked }} then missed_count end)
                    as {{ pick }}_{{ kind }}_missed_count,
                max(case when {{ picked }} then total_count end)
                    as {{ pick }}_{{ kind }}_total_count,
            {% endfor %}
            max(case when scope_type = '{{ kind }}' and is_mover then contribution_points end)
                as mover_{{ kind }}_points,
            count(case when scope_type = '{{ kind }}' and total_count > 0 then 1 end)
                as {{ kind }}_count,
        {% endfor %}
        cast(
            sum(
                case
                    when scope_type = 'region' and scope = {{ unknown() }} then total_count
                    else 0
                end
            ) as bigint
        ) as unknown_region_count,
        reporting_month
    from contributions
    group by measure_id, reporting_month
)

select * from final
