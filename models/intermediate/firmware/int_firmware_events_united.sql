{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; PLT-09 -#}
{# Words are numbers and enumerations where rows are many; `int_firmware_events` gives the words. #}
{{ config(materialized='table') }}
{% set event_kinds = ['activation', 'update'] %}
{% set origins = ['csp', 'dsp', 's1sp'] %}
{% set outcomes = ['failure', 'success'] %}
with

updates as (
    select *
    from {{ ref('int_firmware_updates') }}
),

activations as (
    select *
    from {{ ref('int_firmware_activations') }}
),

submissions as (
    select
        {{ text_key('submission_key') }} as submission_number,
        reporting_month,
        known_until_at
    from {{ ref('int_firmware_submissions') }}
),

united as (
    select
        device_number,
        case when image_name is not null then {{ text_key('image_name') }} end as image_key,
        {{ enumerated("'update'", event_kinds) }} as event_kind,
        {{ enumerated('origin', origins) }} as origin,
        {{ enumerated('outcome', outcomes) }} as outcome,
        case when outcome_name is not null then {{ text_key('outcome_name') }} end as outcome_key,
        reported_device_type,
        request_key,
        {{ text_key('submission_key') }} as submission_number,
        happened_at
    from updates
    union all
    select
        device_number,
        case when image_name is not null then {{ text_key('image_name') }} end as image_key,
        {{ enumerated("'activation'", event_kinds) }} as event_kind,
        {{ enumerated('origin', origins) }} as origin,
        {{ enumerated('outcome', outcomes) }} as outcome,
        case when outcome_name is not null then {{ text_key('outcome_name') }} end as outcome_key,
        reported_device_type,
        cast(null as {{ text_key_type() }}) as request_key,
        {{ text_key('submission_key') }} as submission_number,
        happened_at
    from activations
),

final as (
    select
        united.device_number,
        united.image_key,
        united.event_kind,
        united.origin,
        united.outcome,
        united.outcome_key,
        united.reported_device_type,
        united.request_key,
        united.submission_number,
        submissions.reporting_month,
        united.happened_at,
        -- That the row is there says what was known when it happened.
        greatest(submissions.known_until_at, united.happened_at) as known_until_at
    from united
    left join submissions
        on united.submission_number = submissions.submission_number
)

select * from final
