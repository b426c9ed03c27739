{{ config(severity='warn', error_if='>100') }}
-- A code that no list has is counted as any other; whether it should be excluded nobody can say.
select
    alerts.alert_kind,
    alerts.alert_code,
    sum(alerts.message_count) as message_count
from {{ ref('fct_alerts_daily') }} as alerts
left join {{ ref('int_device_alert_codes') }} as device_codes
    on
        alerts.alert_kind = 'Device'
        and alerts.alert_code = device_codes.alert_code
left join {{ ref('int_dcc_alert_codes') }} as dcc_codes
    on
        alerts.alert_kind = 'DCC'
        and alerts.alert_code = dcc_codes.alert_code
where
    device_codes.alert_code is null
    and dcc_codes.alert_code is null
group by alerts.alert_kind, alerts.alert_code
