{#- CPM 3: docs/measures/cpm_3.md#proxy; ALT-07, CUB-08 -#}
{# CPM 3 by proxy. Half the Round Trip Time of a Service Request stands for the time of an Alert,
   and is held against the Alert Target Response Time, or the WAN's share of it:

       Round Trip Time / divisor
       <= Alert Target Response Time * share numerator / share denominator

   as whole products, so that a comparison has no rounding. #}
with

rules as (
    select *
    from {{ ref('alert_proxy_rules') }}
),

targets as (
    select
        target_milliseconds,
        valid_from,
        valid_to
    from {{ ref('alert_target_response_times') }}
    where target_id = 'alert'
),

final as (
    select
        rules.rule_id,
        rules.share_denominator as round_trip_factor,
        targets.target_milliseconds * rules.divisor * rules.share_numerator as round_trip_limit,
        greatest(rules.valid_from, targets.valid_from) as valid_from,
        least(rules.valid_to, targets.valid_to) as valid_to
    from rules
    inner join targets
        on
            rules.valid_from < coalesce(targets.valid_to, date '9999-12-31')
            and targets.valid_from < coalesce(rules.valid_to, date '9999-12-31')
)

select * from final
