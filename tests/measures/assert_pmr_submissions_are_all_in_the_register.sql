-- Every submission that counts stands in fct_submissions, marked current, once; none other is
-- marked.
select coalesce(submissions.submission_key, submissions_current.submission_key) as submission_key
from (
    select submission_key
    from {{ ref('fct_submissions') }}
    where is_current
) as submissions
full join {{ ref('int_submissions_current') }} as submissions_current
    on submissions.submission_key = submissions_current.submission_key
where
    submissions.submission_key is null
    or submissions_current.submission_key is null
