{#- CPM 1, 2: docs/measures/cpm_1_2.md#clock; PLT-16, SRQ-01, SRQ-02, SRQ-11 -#}
{# Each Service Request that was received, once, with its times: the rule is the macro's. #}
{{ service_requests_timed(ref('stg_dsp__service_requests')) }}
