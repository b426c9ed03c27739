-- What do the marts say to each question of the consultation, and what can they not say?
select
    question_number,
    question,
    answer,
    cannot_say,
    where_to_look
from marts.rpt_consultation_answers
where reporting_month = $reporting_month
order by question_number
