{#- MP122B: docs/measures/solution_options.md#options; OPT-03 -#}
{# What each option can see, for every measure in one shape; a measure is added by a line here. #}
with

alert_coverages as (
    select *
    from {{ ref('int_alert_option_coverages_counted') }}
),

firmware_coverages as (
    select *
    from {{ ref('int_firmware_option_coverages_counted') }}
),

final as (
    select
        option_id,
        measure_id,
        reporting_month,
        region,
        seen_count,
        population_count
    from alert_coverages
    union all
    select
        option_id,
        measure_id,
        reporting_month,
        region,
        seen_count,
        population_count
    from firmware_coverages
)

select * from final
