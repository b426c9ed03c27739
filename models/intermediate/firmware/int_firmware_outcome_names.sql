{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-17 -#}
{# Every word for how an update or an activation ended. #}
{{ config(materialized='table') }}

with

outcome_codes as (
    select *
    from {{ ref('firmware_outcome_codes') }}
),

response_codes as (
    select *
    from {{ ref('int_duis_response_codes') }}
),

hub_steps as (
    select *
    from {{ ref('int_firmware_hub_steps_paired') }}
),

outcome_names as (
    select outcome_name
    from outcome_codes
    union
    select response_code as outcome_name
    from response_codes
    union
    select failure_code as outcome_name
    from hub_steps
    union
    -- What int_firmware_updates and int_firmware_activations say without a code.
    select 'success' as outcome_name
    union
    select 'no_answer' as outcome_name
    union
    select 'unknown_code' as outcome_name
),

final as (
    select
        outcome_name,
        {{ text_key('outcome_name') }} as outcome_key
    from outcome_names
    where outcome_name is not null
)

select * from final
