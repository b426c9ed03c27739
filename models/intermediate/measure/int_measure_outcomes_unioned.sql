{# Every measure in one shape; a measure is added by adding its outcomes here. #}
{{ config(materialized='table') }}

with

incident_outcomes as (
    select *
    from {{ ref('int_incident_outcomes_counted') }}
),

alert_outcomes as (
    select *
    from {{ ref('int_alert_outcomes_counted') }}
),

service_request_outcomes as (
    select *
    from {{ ref('int_service_request_outcomes_counted') }}
),

firmware_outcomes as (
    select *
    from {{ ref('int_firmware_outcomes_counted') }}
),

final as (
    select * from incident_outcomes
    union all by name
    select * from alert_outcomes
    union all by name
    select * from service_request_outcomes
    union all by name
    select * from firmware_outcomes
)

select * from final
