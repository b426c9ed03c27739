{# What each option can see, for every measure in one shape; a measure is added by a line here. #}
with

alert_coverages as (
    select *
    from {{ ref('int_alert_option_coverages_counted') }}
),

final as (
    select * from alert_coverages
)

select * from final
