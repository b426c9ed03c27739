-- How many Communications Hubs took firmware from version X to Y and activated it, by maker, and
-- how many days did half of them need? All Regions and months together: medians of single cells
-- cannot be added up, so this goes to the updates themselves.
select
    manufacturer,
    coalesce(version_before, 'Unknown') as version_before,
    coalesce(version_after, 'Unknown') as version_after,
    count(*) as update_count,
    count(*) filter (where match_status = 'activated') as activated_count,
    count(*) filter (where match_status = 'open') as open_count,
    round(median(seconds_to_activate) / 86400, 1) as median_days
from marts.fct_firmware_updates
where
    event_kind = 'update'
    and device_type = 'CHF'
    and duplicate_kind is null
    and match_status not in ('resent', 'superseded')
group by manufacturer, coalesce(version_before, 'Unknown'), coalesce(version_after, 'Unknown')
having count(*) >= 5
order by update_count desc, manufacturer asc, version_before asc, version_after asc
