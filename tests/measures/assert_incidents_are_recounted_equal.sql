-- CPM 4, 5 and 5A counted a second time, from staging, by another way: each field as intervals of
-- its own, the time that does not count as a union of sets of intervals (by inclusion and
-- exclusion), a due month as the first by whose end enough time has counted. The models fill one
-- history of states and walk along it. A rule that both would get wrong is for the worked examples;
-- a slip in one of them (a state lost or doubled, a pause that outlives its Status, an Incident in
-- two months) shows here, and without this it would show nowhere: the result is a plausible
-- percentage. What to look at: one month and measure that differs; its Incidents in
-- int_incident_outcomes_judged; their segments. Variants in Working Days are left out.
{% set stopping = "('stopped', 'cancelled')" %}
with

submissions as (
    select *
    from {{ ref('stg_lake__submissions') }}
    {% if var('as_known_at') %}
        where received_at <= {{ instant_of_variable('as_known_at') }}
    {% endif %}
),

current_keys as (
    select
        submissions.submission_key,
        submissions.extract,
        submissions.provider,
        submissions.reporting_month,
        submissions.received_at
    from submissions
    where not exists (
        select 1
        from submissions as later
        where
            later.extract = submissions.extract
            and later.provider = submissions.provider
            and later.period = submissions.period
            and later.submission_version > submissions.submission_version
    )
),

-- Now, and the two instants that bound what the export for the latest month tells.
clock as (
    select
        {% if var('as_of') %}
            {{ instant_of_variable('as_of') }} as as_of_at,
        {% else %}
            max(received_at) filter (where provider != 'own') as as_of_at,
        {% endif %}
        arg_max(received_at, reporting_month) filter (
            where extract = 'remedy_incidents' and reporting_month <= received_at
        ) as exported_at,
        {{ to_utc(
            "cast(max(reporting_month) filter (where extract = 'remedy_incidents'"
            ~ " and reporting_month <= received_at) + interval 1 month as timestamp)",
            var('reporting_timezone')
        ) }} as exported_month_ended_at
    from current_keys
),

results as (
    select *
    from {{ ref('fct_measure_results') }}
    where
        measure_id in ('CPM_4', 'CPM_5', 'CPM_5A')
        and scope_type = 'national'
        and aggregation = 'pooled'
        and basis = 'measured'
),

variants as (
    select *
    from {{ ref('measure_incident_variants') }}
    where target_basis = 'elapsed'
),

categories as (
    select *
    from {{ ref('measure_incident_categories') }}
),

statuses as (
    select *
    from {{ ref('int_incident_statuses') }}
),

status_reasons as (
    select *
    from {{ ref('int_incident_status_reasons') }}
),

organisations as (
    select *
    from {{ ref('int_incident_organisations') }}
),

known_categories as (
    select *
    from {{ ref('incident_categories') }}
),

target_times as (
    select *
    from {{ ref('incident_target_times') }}
),

groups as (
    select *
    from {{ ref('int_incident_groups') }}
),

-- From each of these dates on a state that begins is read by another own list.
list_dates as (
    select distinct valid_from as list_date
    from {{ ref('int_own_lists') }}
    where
        list_name like 'incident_%'
        and valid_from is not null
),

audit_fields as (
    select *
    from {{ ref('int_incident_audit_fields') }}
),

fields as (
    select distinct tracked_as as field_name
    from audit_fields
),

attributions as (
    select distinct attribution
    from variants
),

-- Of each Incident no row of a current export is later than this one.
exports as (
    select
        staged.* replace (coalesce(staged.organisation, groups.organisation) as organisation),
        date_trunc('second', staged.logged_at) as logged_second
    from {{ ref('stg_dcc__remedy_incidents') }} as staged
    left join groups
        on
            staged.assigned_group = groups.assigned_group
            and {{ is_listed('groups', 'staged.last_modified_at') }}
    where
        staged.submission_key in (select current_keys.submission_key from current_keys)
        and not exists (
            select 1
            from {{ ref('stg_dcc__remedy_incidents') }} as later
            where
                later.submission_key in (select current_keys.submission_key from current_keys)
                and later.incident_id = staged.incident_id
                and (later.last_modified_at, later.period, later.source_file, later.source_row)
                > (staged.last_modified_at, staged.period, staged.source_file, staged.source_row)
        )
),

changes as (
    select distinct on (
        staged.incident_id,
        staged.changed_at,
        staged.audit_field,
        staged.old_value,
        staged.new_value
    )
        staged.incident_id,
        audit_fields.tracked_as as field_name,
        staged.changed_at,
        (staged.period, staged.source_file, staged.source_row) as log_position,
        staged.old_value,
        staged.new_value,
        coalesce(statuses.clock_state = 'cancelled', false) as is_cancelled
    from {{ ref('stg_dcc__remedy_incident_audit') }} as staged
    inner join audit_fields
        on
            staged.audit_field = audit_fields.audit_field
            and {{ is_listed('audit_fields', 'staged.changed_at') }}
    left join statuses
        on
            staged.new_value = statuses.status
            and {{ is_listed('statuses', 'staged.changed_at') }}
    where staged.submission_key in (select current_keys.submission_key from current_keys)
    order by log_position
),

logs as (
    select
        incident_id,
        max(date_trunc('second', changed_at))
        filter (where field_name = 'status') as last_status_at,
        arg_max(coalesce(new_value, ''), (changed_at, log_position))
        filter (where field_name = 'status') as last_status,
        max(date_trunc('second', changed_at))
        filter (where field_name = 'status' and is_cancelled) as last_cancelled_at
    from changes
    group by incident_id
),

-- Resolved by the log, and once more by an export that also says when it was re-opened.
resolved_twice as (
    select
        exports.incident_id,
        exports.status,
        exports.logged_second,
        date_trunc('second', exports.reopened_at) as reopened_second,
        date_trunc('second', exports.last_resolved_at) as resolved_second
    from exports
    inner join logs
        on
            exports.incident_id = logs.incident_id
            and date_trunc('second', exports.reopened_at) >= logs.last_status_at
            and date_trunc('second', exports.last_resolved_at)
            > date_trunc('second', exports.reopened_at)
    inner join statuses
        on
            exports.status = statuses.status
            and {{ is_listed('statuses', 'exports.last_modified_at') }}
            and statuses.clock_state in {{ stopping }}
    inner join statuses as logged_statuses
        on
            logs.last_status = logged_statuses.status
            and {{ is_listed('logged_statuses', 'logs.last_status_at') }}
            and logged_statuses.clock_state in {{ stopping }}
),

-- Each field of each Incident: as it was when the Incident was logged, each change, and the ends
-- and re-opens that only the export shows. Of several in one second the last holds.
entries as (
    select
        exports.incident_id,
        fields.field_name,
        exports.logged_second as entered_at,
        timestamp '0001-01-01' as order_at,
        ('', '', 0) as order_row,
        coalesce(
            (
                select
                    arg_min(
                        coalesce(changes.old_value, ''), (changes.changed_at, changes.log_position)
                    )
                from changes
                where
                    changes.incident_id = exports.incident_id
                    and changes.field_name = fields.field_name
            ),
            case fields.field_name
                when 'status_reason' then exports.status_reason
                when 'organisation' then exports.organisation
                when 'incident_category' then exports.incident_category
            end
        ) as code
    from exports
    cross join fields
    union all
    select
        changes.incident_id,
        changes.field_name,
        greatest(date_trunc('second', changes.changed_at), exports.logged_second) as entered_at,
        changes.changed_at as order_at,
        changes.log_position as order_row,
        changes.new_value as code
    from changes
    inner join exports
        on changes.incident_id = exports.incident_id
    union all
    select
        exports.incident_id,
        'status' as field_name,
        greatest(
            date_trunc(
                'second',
                coalesce(
                    case
                        when statuses.clock_state not in {{ stopping }} then exports.reopened_at
                        when exports.last_resolved_at is null then exports.closed_at
                        else exports.last_resolved_at
                    end,
                    exports.last_modified_at
                )
            ),
            coalesce(logs.last_status_at, exports.logged_second),
            exports.logged_second
        ) as entered_at,
        timestamp '9999-12-31' as order_at,
        ('', '', 0) as order_row,
        exports.status as code
    from exports
    inner join statuses
        on
            exports.status = statuses.status
            and {{ is_listed('statuses', 'exports.last_modified_at') }}
    left join logs
        on exports.incident_id = logs.incident_id
    where
        date_trunc('second', exports.last_modified_at)
        >= coalesce(logs.last_status_at, exports.logged_second)
        and (statuses.clock_state in {{ stopping }}) != exists (
            select 1
            from statuses as logged_statuses
            where
                logged_statuses.status = logs.last_status
                and {{ is_listed('logged_statuses', 'logs.last_status_at') }}
                and logged_statuses.clock_state in {{ stopping }}
        )
    union all
    select
        incident_id,
        'status' as field_name,
        greatest(reopened_second, logged_second) as entered_at,
        timestamp '9999-12-31' as order_at,
        ('', '', 0) as order_row,
        '' as code
    from resolved_twice
    union all
    select
        incident_id,
        'status' as field_name,
        greatest(resolved_second, logged_second) as entered_at,
        timestamp '9999-12-31' as order_at,
        ('', '', 1) as order_row,
        status as code
    from resolved_twice
),

changed as (
    select
        incident_id,
        field_name,
        entered_at as valid_from,
        nullif(
            max_by(struct_pack(code := code), (order_at, order_row)).code, ''
        ) as code
    from entries
    group by
        incident_id,
        field_name,
        entered_at
),

-- The first change of an Incident after such a date: what did not change is read anew with it.
turns as (
    select
        changed.incident_id,
        min(changed.valid_from) as turned_at
    from changed
    inner join list_dates
        on changed.valid_from >= list_dates.list_date
    group by
        changed.incident_id,
        list_dates.list_date
),

entered as (
    select
        incident_id,
        field_name,
        valid_from,
        code
    from changed
    union
    select
        turns.incident_id,
        changed.field_name,
        turns.turned_at as valid_from,
        max_by(struct_pack(code := changed.code), changed.valid_from).code as code
    from turns
    inner join changed
        on
            turns.incident_id = changed.incident_id
            and turns.turned_at >= changed.valid_from
    group by
        turns.incident_id,
        changed.field_name,
        turns.turned_at
),

intervals as (
    select
        entered.*,
        coalesce(
            (
                select min(next_entered.valid_from)
                from entered as next_entered
                where
                    next_entered.incident_id = entered.incident_id
                    and next_entered.field_name = entered.field_name
                    and next_entered.valid_from > entered.valid_from
            ),
            timestamp '9999-12-31'
        ) as valid_to
    from entered
),

status_intervals as (
    select
        intervals.*,
        coalesce(statuses.clock_state, 'running') as clock_state
    from intervals
    left join statuses
        on
            intervals.code = statuses.status
            and {{ is_listed('statuses', 'intervals.valid_from') }}
    where intervals.field_name = 'status'
),

-- The clock stops where the last interval that is neither stopped nor cancelled ends.
ends as (
    select
        exports.incident_id,
        exports.logged_second as logged_at,
        coalesce(
            max(status_intervals.valid_to)
            filter (where status_intervals.clock_state not in {{ stopping }}),
            exports.logged_second
        ) as ended_at,
        max(status_intervals.valid_from)
        filter (where status_intervals.clock_state = 'cancelled') as last_cancelled_at
    from exports
    inner join status_intervals
        on exports.incident_id = status_intervals.incident_id
    group by
        exports.incident_id,
        exports.logged_second
),

paused as (
    select
        status_intervals.incident_id,
        greatest(status_intervals.valid_from, reasons.valid_from) as valid_from,
        least(status_intervals.valid_to, reasons.valid_to) as valid_to
    from status_intervals
    inner join intervals as reasons
        on
            status_intervals.incident_id = reasons.incident_id
            and reasons.field_name = 'status_reason'
    inner join status_reasons
        on
            reasons.code = status_reasons.status_reason
            and {{ is_listed(
                'status_reasons', 'greatest(status_intervals.valid_from, reasons.valid_from)'
            ) }}
            and status_reasons.pauses_clock
    inner join logs
        on status_intervals.incident_id = logs.incident_id
    where status_intervals.clock_state = 'pausable'
),

-- Stopped and paused never overlap, as each needs a Status of its own.
idle as (
    select
        incident_id,
        valid_from,
        valid_to
    from status_intervals
    where clock_state in {{ stopping }}
    union all
    select
        incident_id,
        valid_from,
        valid_to
    from paused
),

held as (
    select
        intervals.incident_id,
        intervals.valid_from,
        intervals.valid_to
    from intervals
    inner join organisations
        on
            intervals.code = organisations.organisation
            and {{ is_listed('organisations', 'intervals.valid_from') }}
            and not organisations.is_dcc_responsible
    inner join logs
        on intervals.incident_id = logs.incident_id
    where intervals.field_name = 'organisation'
),

uncounted as (
    select
        *,
        1 as sign
    from idle
    union all
    select
        *,
        1 as sign
    from held
    union all
    select
        idle.incident_id,
        greatest(idle.valid_from, held.valid_from) as valid_from,
        least(idle.valid_to, held.valid_to) as valid_to,
        -1 as sign
    from idle
    inner join held
        on idle.incident_id = held.incident_id
),

histories as (
    select
        ends.incident_id,
        max(intervals.valid_from) as last_changed_at,
        max(intervals.valid_from) filter (where intervals.valid_from < ends.ended_at)
            as last_changed_at_work
    from ends
    inner join intervals
        on ends.incident_id = intervals.incident_id
    group by ends.incident_id
),

incidents as (
    select
        ends.incident_id,
        ends.logged_at,
        categories_then.code as incident_category,
        case
            when date_trunc('second', exports.responded_at) >= ends.logged_at
                then date_trunc('second', exports.responded_at)
        end as responded_at,
        case when ends.ended_at < timestamp '9999-12-31' then ends.ended_at end as ended_at,
        case
            when ends.ended_at < timestamp '9999-12-31' then ends.ended_at
            -- Where every export is filed under a month that had not begun, none tells until when.
            else greatest(
                case
                    when clock.exported_at is not null
                        then
                            date_trunc(
                                'second',
                                least(
                                    clock.as_of_at,
                                    clock.exported_at,
                                    clock.exported_month_ended_at
                                )
                            )
                end,
                histories.last_changed_at
            )
        end as stopped_at,
        case
            when
                ends.last_cancelled_at >= ends.ended_at
                or greatest(ends.logged_at, logs.last_cancelled_at) >= ends.ended_at
                and logs.last_cancelled_at is not null
                then 'cancelled'
            when
                exists (
                    select 1
                    from statuses
                    where
                        statuses.clock_state = 'cancelled'
                        and statuses.status = exports.status
                        and {{ is_listed('statuses', 'exports.last_modified_at') }}
                )
                and coalesce(
                    histories.last_changed_at_work
                    <= date_trunc('second', exports.last_modified_at),
                    true
                )
                then 'cancelled'
            when organisations.is_dcc_responsible = false then 'not_dcc_responsible'
            when
                categories_then.code is null
                or categories_then.code not in (
                    select known_categories.incident_category
                    from known_categories
                )
                then 'unknown_code'
        end as exclusion_reason
    from ends
    inner join exports
        on ends.incident_id = exports.incident_id
    cross join clock
    inner join histories
        on ends.incident_id = histories.incident_id
    left join logs
        on ends.incident_id = logs.incident_id
    inner join intervals as categories_then
        on
            ends.incident_id = categories_then.incident_id
            and categories_then.field_name = 'incident_category'
            and categories_then.valid_from <= least(ends.ended_at, timestamp '9999-12-30')
            and categories_then.valid_to > least(ends.ended_at, timestamp '9999-12-30')
    inner join intervals as organisations_then
        on
            ends.incident_id = organisations_then.incident_id
            and organisations_then.field_name = 'organisation'
            and organisations_then.valid_from <= least(ends.ended_at, timestamp '9999-12-30')
            and organisations_then.valid_to > least(ends.ended_at, timestamp '9999-12-30')
    left join organisations
        on
            organisations_then.code = organisations.organisation
            and {{ is_listed('organisations', 'organisations_then.valid_from') }}
),

targets as (
    select
        incidents.incident_id,
        target_times.target_kind,
        epoch(
            cast(concat(target_times.target_value, ' ', target_times.target_unit) as interval)
        ) as target_seconds
    from incidents
    inner join target_times
        on
            incidents.incident_category = target_times.incident_category
            and target_times.target_basis = 'elapsed'
    where
        incidents.exclusion_reason is null
        and cast(
            {{ to_local('incidents.logged_at', var('working_day_timezone')) }} as date
        ) between target_times.valid_from
        and coalesce(target_times.valid_to - 1, date '9999-12-31')
),

months as (
    select distinct
        reporting_month,
        {{ to_utc('cast(reporting_month as timestamp)', var('reporting_timezone')) }}
            as starts_at,
        {{ to_utc(
            'cast(reporting_month + interval 1 month as timestamp)', var('reporting_timezone')
        ) }} as ends_at
    from results
),

exceptions as (
    select staged.*
    from {{ ref('stg_dcc__measure_exceptions') }} as staged
    cross join clock
    where
        staged.submission_key in (select current_keys.submission_key from current_keys)
        and staged.approved_date <= cast(clock.as_of_at as date)
),

-- Time counted by the second before each of these instants says on which side of it a target fell
-- due, and by the second of its own end whether an Incident met it.
shared_instants as (
    select starts_at as instant_at
    from months
    union
    select ends_at as instant_at
    from months
    union
    select window_started_at as instant_at
    from exceptions
    where window_started_at is not null
    union
    select window_ended_at as instant_at
    from exceptions
    where window_ended_at is not null
),

instants as (
    select
        incidents.incident_id,
        shared_instants.instant_at
    from incidents
    cross join shared_instants
    union
    select
        incident_id,
        ended_at + interval 1 second as instant_at
    from incidents
    where ended_at is not null
    union
    select
        incident_id,
        stopped_at as instant_at
    from incidents
    where ended_at is null
),

seconds as (
    select
        incidents.incident_id,
        incidents.stopped_at,
        incidents.logged_at,
        instants.instant_at,
        instants.instant_at - interval 1 second as by_at,
        least(instants.instant_at - interval 1 second, incidents.stopped_at) as seen_at
    from incidents
    inner join instants
        on incidents.incident_id = instants.incident_id
),

counted as (
    select
        seconds.incident_id,
        seconds.instant_at,
        greatest(date_diff('second', seconds.logged_at, seconds.seen_at), 0)
        + greatest(date_diff('second', seconds.stopped_at, seconds.by_at), 0)
        - coalesce(
            sum(
                uncounted.sign * greatest(
                    date_diff(
                        'second',
                        uncounted.valid_from,
                        least(uncounted.valid_to, seconds.seen_at)
                    ),
                    0
                )
            ) filter (where uncounted.valid_from < uncounted.valid_to),
            0
        ) as counted_seconds
    from seconds
    left join uncounted
        on seconds.incident_id = uncounted.incident_id
    group by
        seconds.incident_id,
        seconds.instant_at,
        seconds.logged_at,
        seconds.stopped_at,
        seconds.seen_at,
        seconds.by_at
),

reached as (
    select
        counted.incident_id,
        counted.instant_at,
        counted.counted_seconds,
        counted.counted_seconds >= targets.target_seconds as is_due,
        counted.counted_seconds > targets.target_seconds as is_over
    from counted
    inner join targets
        on
            counted.incident_id = targets.incident_id
            and targets.target_kind = 'resolution'
),

verdicts as (
    select
        incidents.*,
        case
            when incidents.ended_at is not null then not at_end.is_over
            when at_now.is_due then false
        end as is_met,
        coalesce(
            date_diff('second', incidents.logged_at, incidents.responded_at)
            <= targets.target_seconds,
            false
        ) as is_response_met
    from incidents
    left join reached as at_end
        on
            incidents.incident_id = at_end.incident_id
            and incidents.ended_at + interval 1 second = at_end.instant_at
    left join reached as at_now
        on
            incidents.incident_id = at_now.incident_id
            and incidents.stopped_at = at_now.instant_at
    left join targets
        on
            incidents.incident_id = targets.incident_id
            and targets.target_kind = 'initial_response'
),

periods as (
    select
        'month' as period_kind,
        cast(reporting_month as varchar) as period_id,
        starts_at,
        ends_at
    from months
    union all
    select distinct
        'window' as period_kind,
        measure_id as period_id,
        window_started_at as starts_at,
        window_ended_at as ends_at
    from exceptions
    where window_started_at is not null
),

placed as (
    select
        attributions.attribution,
        verdicts.incident_id,
        periods.period_kind,
        periods.period_id
    from verdicts
    cross join periods
    cross join attributions
    left join reached as at_start
        on
            verdicts.incident_id = at_start.incident_id
            and periods.starts_at = at_start.instant_at
    left join reached as at_end
        on
            verdicts.incident_id = at_end.incident_id
            and periods.ends_at = at_end.instant_at
    where
        case
            when attributions.attribution = 'due_month' and verdicts.exclusion_reason is null
                then at_end.is_due and not at_start.is_due
            else verdicts.ended_at >= periods.starts_at and verdicts.ended_at < periods.ends_at
        end
),

judged as (
    select
        variants.measure_id,
        variants.variant_id,
        verdicts.incident_id,
        verdicts.exclusion_reason,
        cast(placed.period_id as date) as reporting_month,
        case
            when verdicts.exclusion_reason is not null then null
            when variants.outcome_kind = 'initial_response' then verdicts.is_response_met
            else verdicts.is_met
        end as is_met,
        exists (
            select 1
            from exceptions
            where
                exceptions.measure_id = variants.measure_id
                and exceptions.event_reference = verdicts.incident_id
        )
        or exists (
            select 1
            from placed as windows
            where
                windows.period_kind = 'window'
                and windows.period_id = variants.measure_id
                and windows.attribution = variants.attribution
                and windows.incident_id = verdicts.incident_id
        ) as is_excepted
    from verdicts
    inner join categories
        on verdicts.incident_category = categories.incident_category
    inner join variants
        on
            categories.measure_id = variants.measure_id
            and categories.variant_id = variants.variant_id
    inner join placed
        on
            verdicts.incident_id = placed.incident_id
            and variants.attribution = placed.attribution
            and placed.period_kind = 'month'
),

recounted as (
    select
        results.measure_id,
        results.variant_id,
        results.reporting_month,
        count(distinct judged.incident_id) filter (
            where judged.is_met and not judged.is_excepted
        ) as met_count,
        count(distinct judged.incident_id) filter (
            where judged.is_met is not null and not judged.is_excepted
        ) as total_count,
        count(distinct judged.incident_id) filter (
            where judged.exclusion_reason is not null or judged.is_excepted
        ) as excluded_count,
        count(distinct judged.incident_id) filter (where judged.is_met)
            as met_count_before_exceptions,
        count(distinct judged.incident_id) filter (where judged.is_met is not null)
            as total_count_before_exceptions
    from results
    inner join variants
        on
            results.measure_id = variants.measure_id
            and results.variant_id = variants.variant_id
    left join judged
        on
            results.measure_id = judged.measure_id
            and results.variant_id = judged.variant_id
            and results.reporting_month = judged.reporting_month
            and (judged.is_met is not null or judged.exclusion_reason is not null)
    group by
        results.measure_id,
        results.variant_id,
        results.reporting_month
)

select
    recounted.*,
    results.met_count as result_met_count,
    results.total_count as result_total_count,
    results.excluded_count as result_excluded_count
from recounted
inner join results
    on
        recounted.measure_id = results.measure_id
        and recounted.variant_id = results.variant_id
        and recounted.reporting_month = results.reporting_month
where
    recounted.met_count != results.met_count
    or recounted.total_count != results.total_count
    or recounted.excluded_count != results.excluded_count
    or recounted.met_count_before_exceptions != results.met_count_before_exceptions
    or recounted.total_count_before_exceptions != results.total_count_before_exceptions
