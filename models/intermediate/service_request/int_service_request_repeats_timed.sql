{#- CPM 1, 2: docs/measures/cpm_1_2.md#clock; PLT-16, SRQ-01, SRQ-02, SRQ-11 -#}
{# The rows of int_service_requests_timed that landing listed (LND-63), by the same rule: who looks
   for repeats reads these alone. #}
{{ service_requests_timed(ref('stg_dsp__service_request_repeats')) }}
