-- Of what is there a result? The whole, each region, each provider.
select distinct
    scope_type,
    scope,
    aggregation
from marts.fct_measure_results
order by
    array_position(['national', 'region', 'provider'], scope_type),
    aggregation desc,
    scope asc
