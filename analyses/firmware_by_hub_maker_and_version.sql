-- How many Communications Hubs took firmware from version X to Y and activated it, by maker, and
-- how many days did half of them need? All Regions and months together: medians of single cells
-- cannot be added up, so this goes to the updates themselves, Allowed Exceptions among them.
--
-- On the synthetic sample: most often Brock's hubs from 00090000 to 00090003: 13 of 14 activated,
-- half of them within 3.0 days (6 of 11 rows).
--
-- | manufacturer | version_before | version_after | update_count | activated_count | open_count | median_days |
-- |---|---|---|---|---|---|---|
-- | Brock | 00090000 | 00090003 | 14 | 13 | 0 | 3.0 |
-- | Derwent | 00040000 | 00040004 | 9 | 6 | 2 | 1.6 |
-- | Derwent | Unknown | Unknown | 7 | 6 | 0 | 2.1 |
-- | Brock | 00090000 | 00090004 | 6 | 5 | 1 | 2.1 |
-- | Brock | Unknown | 00090001 | 6 | 4 | 0 | 4.0 |
-- | Calder | 00090000 | 00090002 | 6 | 5 | 0 | 3.2 |
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
