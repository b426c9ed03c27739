-- What may have moved a row that does not say which submissions stand behind it.
select
    case
        when not coalesce(bool_or(part = 'submission'), false) then 'definitions'
        when bool_or(part = 'definition') then 'submissions or definitions'
        else 'submissions'
    end as cause
from differences
