-- Whom did the PMR for September 2021 wait for? `slack`: Working Days that a provider's last file
-- left for the PMR; below 0 the PMR could not be in time. `by_contract`: what its contract leaves.
--
-- On the synthetic sample: S1SP MOC, whose last file came on 2021-10-28: 5 Working Days before the
-- PMR could not be in time.
--
-- | provider | received | expected | contracted_due_date | last_received_date | by_contract | slack | waited_for |
-- |---|---|---|---|---|---|---|---|
-- | s1sp_moc | 3 | 3 | 2021-10-20 | 2021-10-28 | 11 | 5 | true |
-- | csp_central_south | 2 | 2 | 2021-11-04 | 2021-10-22 | 0 | 9 | false |
-- | s1sp_foc | 3 | 3 | 2021-10-20 | 2021-10-19 | 11 | 12 | false |
-- | s1sp_ioc | 3 | 3 | 2021-10-20 | 2021-10-13 | 11 | 16 | false |
-- | dcc | 4 | 4 | 2021-10-20 | 2021-10-12 | 11 | 17 | false |
-- | csp_north | 3 | 3 | 2021-10-20 | 2021-10-10 | 11 | 18 | false |
-- | dsp | 6 | 6 | 2021-10-20 | 2021-10-06 | 11 | 21 | false |
-- | smki | 1 | 1 | 2021-10-20 | 2021-10-06 | 11 | 21 | false |
select
    waits.provider,
    waits.received_extract_count as received,
    waits.expected_extract_count as expected,
    waits.contracted_due_date,
    waits.last_received_date,
    waits.contracted_slack_working_days as by_contract,
    waits.actual_slack_working_days as slack,
    waits.is_actual_critical as waited_for
from marts.rpt_pmr_critical_path as waits
inner join marts.rpt_pmr_due_dates as due_dates
    on
        waits.reporting_month = due_dates.reporting_month
        and waits.regime_id = due_dates.regime_id
where waits.reporting_month = date '2021-09-01'
order by waits.actual_slack_working_days asc, waits.provider asc
