-- None would publish nothing; two would publish each result twice.
select count(*) as published_count
from {{ ref('scenarios') }}
where is_published
having count(*) != 1
