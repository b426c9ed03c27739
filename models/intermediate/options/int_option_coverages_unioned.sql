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
    select * from alert_coverages
    union all by name
    select * from firmware_coverages
)

select * from final
