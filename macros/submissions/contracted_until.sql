{#
    The instant up to which providers have sent an extract as their contracts ask, for `dbt source freshness`: when the first submission
    that is missing is overdue, or will be. dbt counts the age of a source from there: it says for how long the extract has been late,
    and is below zero while it is not. Now is the var `as_of`, else the time of the machine: the last receipt, which a build takes for
    now, would not move while nothing comes. What came is read in the lake, and due dates in the warehouse.
#}
{% macro contracted_until(extract) %}
    {%- set due_dates = graph.nodes['model.cpm_warehouse.int_submission_due_dates'].relation_name -%}
    {%- set submissions = graph.sources['source.cpm_warehouse.lake.submissions'].relation_name -%}
    {%- set machine_time = 'cast(' ~ current_timestamp() ~ ' as timestamp)' -%}
    {%- set as_of = instant_of_variable('as_of') if var('as_of') else machine_time -%}
    select {{ machine_time }} + coalesce(min(due_dates.overdue_from_at) - {{ as_of }}, interval '1' minute)
    from {{ due_dates }} as due_dates
    left join {{ submissions }} as submissions
        on
            due_dates.extract = submissions.extract
            and due_dates.provider = submissions.provider
            and due_dates.reporting_month = cast(concat(submissions.period, '-01') as date)
    where
        due_dates.extract = '{{ extract }}'
        and submissions.submission_key is null
{% endmacro %}
