-- The proxy stands for Alerts, so it is held to their target: two targets would compare unlike
-- things.
select
    rules.rule_id,
    rules.target_seconds,
    targets.target_milliseconds
from {{ ref('alert_proxy_rules') }} as rules
inner join {{ ref('alert_target_response_times') }} as targets
    on
        targets.target_id = 'alert'
        and rules.valid_from < coalesce(targets.valid_to, date '9999-12-31')
        and targets.valid_from < coalesce(rules.valid_to, date '9999-12-31')
where rules.target_seconds * 1000 != targets.target_milliseconds
