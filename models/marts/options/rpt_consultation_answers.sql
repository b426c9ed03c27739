{#- MP122B: docs/change_discussion.md#questions; OPT-14 -#}
{# The sentence of a question, its figures from rpt_consultation_figures; one that a month lacks
   says so. #}
with

questions as (
    select *
    from {{ ref('consultation_questions') }}
),

parts as (
    select *
    from {{ ref('consultation_answer_parts') }}
),

figures as (
    select
        question_number,
        figure_id,
        figure_text,
        reporting_month
    from {{ ref('rpt_consultation_figures') }}
),

evidence as (
    select
        question_number,
        {{ sorted_texts('mart', ', ') }} as marts,
        {{ sorted_texts("concat(mart, ' (', where_to_look, ')')", '; ') }} as where_to_look
    from {{ ref('consultation_question_evidence') }}
    group by question_number
),

months as (
    select distinct reporting_month
    from figures
),

said as (
    select
        parts.question_number,
        parts.part_number,
        months.reporting_month,
        concat(parts.words, coalesce(figures.figure_text, 'not known')) as part
    from parts
    cross join months
    left join figures
        on
            parts.question_number = figures.question_number
            and parts.figure_id = figures.figure_id
            and months.reporting_month = figures.reporting_month
),

answers as (
    select
        question_number,
        reporting_month,
        {{ texts_in_order('part', 'part_number') }} as answer
    from said
    group by question_number, reporting_month
),

final as (
    select
        questions.question_number,
        questions.question,
        questions.area_id,
        concat(answers.answer, questions.answer_ending) as answer,
        questions.cannot_say,
        evidence.marts,
        evidence.where_to_look,
        questions.provenance,
        questions.source,
        answers.reporting_month
    from questions
    inner join answers
        on questions.question_number = answers.question_number
    inner join evidence
        on questions.question_number = evidence.question_number
)

select * from final
