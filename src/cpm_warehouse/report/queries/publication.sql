-- Which publication is this? One row.
select
    publication_id,
    published_at,
    bool_or(is_synthetic) as is_synthetic
from marts.fct_measure_results_published
group by publication_id, published_at
order by published_at desc, publication_id desc
limit 1
