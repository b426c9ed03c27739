-- Submissions that only one of the publications rests on, or that are registered otherwise
-- (received at another time).
select
    'submission' as part,
    coalesce(change_submissions.register_entry, base_submissions.register_entry) as subject,
    case
        when base_submissions.register_entry is null then 'added'
        when change_submissions.register_entry is null then 'removed'
        else 'changed'
    end as difference,
    null as row_key,
    null as column_name,
    null as value_before,
    null as value_after,
    null as cause,
    false as is_breaking
from base.publication.submissions as base_submissions
full join change.publication.submissions as change_submissions
    on base_submissions.register_entry = change_submissions.register_entry
where base_submissions.sha256 is distinct from change_submissions.sha256
