-- Which row of the lake's file is this line of a CSV, and was it kept aside? Rows are counted from
-- 0, without those kept aside before it; a record has one line, and the header is line 1.
select
    $file_line - 2 - count(*) filter (where file_line < $file_line) as source_row,
    max(rule_id) filter (where file_line = $file_line) as rule_id,
    max(reason) filter (where file_line = $file_line) as reason,
    max(remedy) filter (where file_line = $file_line) as remedy
from marts.fct_quarantined_rows
where
    submission_key = $submission_key
    and file_name = $file_name
