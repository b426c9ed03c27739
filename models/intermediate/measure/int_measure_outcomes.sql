{#- All measures: docs/measures/results.md#formula; PLT-15 -#}
{# Every measure in one shape; a measure is added by adding its outcomes here. #}
{{ config(materialized='table') }}
{% set doors = [
    'int_incident_outcomes', 'int_alert_outcomes', 'int_service_request_outcomes',
    'int_firmware_outcomes', 'int_interface_outcomes', 'int_smki_outcomes',
] %}
with

final as (
    {% for door in doors %}
        select
            measure_id,
            variant_id,
            reporting_month,
            region,
            provider,
            basis,
            submission_keys,
            met_count,
            total_count,
            excluded_count,
            met_count_before_exceptions,
            total_count_before_exceptions,
            unseen_count
        from {{ ref(door) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
