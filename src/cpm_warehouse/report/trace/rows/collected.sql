-- Which rows of the lake was the result counted from, and as what does each count?
select *
from collected
order by submission_key, source_file, source_row, happened_at, counted_as
