{#- CPM 3: docs/measures/cpm_3.md#formula; ALT-02, ALT-03, PLT-16 -#}
{# Each Alert message that was received, once, with its time and day: the rule is the macro's. #}
{{ alerts_timed(ref('stg_providers__alerts')) }}
