-- Where does the measure have results: the whole, the regions, the providers.
select distinct
    scope_type,
    scope,
    aggregation
from marts.fct_measure_results
where measure_id = $measure_id
order by
    array_position(['national', 'region', 'provider'], scope_type),
    aggregation desc,
    scope asc
