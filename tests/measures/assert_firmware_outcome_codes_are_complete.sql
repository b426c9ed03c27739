-- GBCS use case CS06 has four outcomes: 0 alone is a success. A code that is gone or turned round
-- would make failures of successes, or the reverse, and the figure would still look plausible.
with

required as (
    select
        event_kinds.event_kind,
        codes.outcome_code,
        case when codes.outcome_code = '0' then 'success' else 'failure' end as outcome
    from (values ('update'), ('activation')) as event_kinds (event_kind)
    cross join (values ('0'), ('1'), ('2'), ('3')) as codes (outcome_code)
)

select
    event_kind,
    outcome_code,
    outcome
from required
except
select
    event_kind,
    outcome_code,
    outcome
from {{ ref('firmware_outcome_codes') }}
