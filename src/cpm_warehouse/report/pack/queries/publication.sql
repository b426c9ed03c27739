-- caption: The publication that the pack was made from
-- note: Restatements are counted from one publication to the next.
select
    publication_id,
    published_at
from marts.fct_measure_results_published
order by published_at desc, publication_id desc
limit 1
