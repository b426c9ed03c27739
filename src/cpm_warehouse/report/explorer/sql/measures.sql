-- Which measures are registered? With whether this publication has a figure for them.
select
    measures.measure_id,
    measures.measure_name,
    bool_or(results.basis != 'not_reportable') as is_reportable
from marts.dim_measures as measures
inner join marts.fct_measure_results as results
    on measures.measure_id = results.measure_id
group by measures.measure_id, measures.measure_name
order by measures.measure_id
