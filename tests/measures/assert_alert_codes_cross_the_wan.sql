{{ config(severity='warn', error_if='>100') }}
-- A meter only logs these codes, by the seed alert_code_properties, and yet a provider sent such
-- Alerts. Whether they count says the seed unsent_alert_treatments; ask what devices send them.
select
    alerts.alert_kind,
    alerts.alert_code,
    alerts.provider,
    alerts.device_type,
    sum(alerts.message_count) as message_count
from {{ ref('fct_alerts_daily') }} as alerts
inner join {{ ref('alert_code_properties') }} as properties
    on
        alerts.alert_kind = properties.alert_kind
        and alerts.alert_code = properties.alert_code
        and {{ is_valid('properties', 'alerts.alert_date') }}
where not properties.is_sent_over_wan
group by alerts.alert_kind, alerts.alert_code, alerts.provider, alerts.device_type
