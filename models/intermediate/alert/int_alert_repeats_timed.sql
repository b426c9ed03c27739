{#- CPM 3: docs/measures/cpm_3.md#formula; ALT-02, ALT-03, PLT-16 -#}
{# The rows of int_alerts_timed that landing listed (LND-63), by the same rule: who looks for
   repeats reads these alone. #}
{{ alerts_timed(ref('stg_providers__alert_repeats')) }}
