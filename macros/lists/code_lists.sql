{#
    Seeds that are lists of whoever runs the warehouse, and not of the Smart Energy Code: an own list may add to each, or take its
    place (COD-01). By the name of the seed: the column of its code, and those that say what the code means.
#}
{% macro code_lists() -%}
    {{ return({
        'incident_organisations': {
            'code': 'organisation', 'attributes': ['party_kind', 'provider_id', 'is_dcc_responsible']
        },
        'incident_groups': {'code': 'assigned_group', 'attributes': ['organisation']},
        'incident_status_reasons': {'code': 'status_reason', 'attributes': ['pauses_clock', 'held_by']},
        'incident_statuses': {'code': 'status', 'attributes': ['clock_state']},
        'incident_audit_fields': {'code': 'audit_field', 'attributes': ['tracked_as']},
        'manufacturers': {'code': 'manufacturer', 'attributes': ['manufacturer_name']},
        'duis_response_codes': {'code': 'response_code', 'attributes': ['outcome_class']},
        'device_alert_codes': {'code': 'alert_code', 'attributes': ['alert_description']},
        'dcc_alert_codes': {'code': 'alert_code', 'attributes': ['alert_description']}
    }) }}
{%- endmacro %}
