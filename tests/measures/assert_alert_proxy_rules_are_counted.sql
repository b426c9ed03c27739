-- The cube of Service Requests has a column for each rule of the proxy. A rule that only the seed
-- has would be counted nowhere, and a reading that asks for it would have no figure.
-- What to look at: the macro alert_proxy_rules.
with

rules as (
    select distinct rule_id
    from {{ ref('alert_proxy_rules') }}
),

counted as (
    {% for rule in alert_proxy_rules() %}
        select '{{ rule }}' as rule_id
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    rules.rule_id as seed_rule,
    counted.rule_id as counted_rule
from rules
full join counted
    on rules.rule_id = counted.rule_id
where
    rules.rule_id is null
    or counted.rule_id is null
