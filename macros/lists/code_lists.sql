{#
    Seeds that are lists of whoever runs the warehouse, and not of the Smart Energy Code: an own list may add to each, or take its
    place (COD-01). By the name of the seed: the column of its code, those that say what the code means, and the extracts that
    are read by it, as their contracts say.
#}
{% macro code_lists() -%}
    {%- set incidents = ['remedy_incidents', 'remedy_incident_audit'] -%}
    {{ return({
        'incident_organisations': {
            'code': 'organisation',
            'attributes': ['party_kind', 'provider_id', 'is_dcc_responsible'],
            'extracts': incidents
        },
        'incident_groups': {
            'code': 'assigned_group', 'attributes': ['organisation'], 'extracts': ['remedy_incidents']
        },
        'incident_status_reasons': {
            'code': 'status_reason', 'attributes': ['pauses_clock', 'held_by'], 'extracts': incidents
        },
        'incident_statuses': {'code': 'status', 'attributes': ['clock_state'], 'extracts': incidents},
        'incident_audit_fields': {
            'code': 'audit_field', 'attributes': ['tracked_as'], 'extracts': ['remedy_incident_audit']
        },
        'manufacturers': {
            'code': 'manufacturer',
            'attributes': ['manufacturer_name'],
            'extracts': ['device_inventory', 'central_products_list']
        },
        'duis_response_codes': {
            'code': 'response_code',
            'attributes': ['outcome_class'],
            'extracts': ['service_requests', 'update_firmware_requests']
        },
        'device_alert_codes': {
            'code': 'alert_code', 'attributes': ['alert_description'], 'extracts': ['alerts']
        },
        'dcc_alert_codes': {
            'code': 'alert_code', 'attributes': ['alert_description'], 'extracts': ['alerts']
        }
    }) }}
{%- endmacro %}
