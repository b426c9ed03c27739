{# The one clock of the warehouse: nothing else reads `as_of`, and nothing reads the machine's
   clock. #}
with

submissions as (
    select
        reporting_month,
        received_at,
        landed_at
    from {{ ref('int_submissions_current') }}
),

final as (
    select
        {% if var('as_of') %}
            cast('{{ var("as_of") }}' as timestamp) as as_of_at,
        {% else %}
            max(received_at) as as_of_at,
        {% endif %}
        max(received_at) as known_at,
        max(landed_at) as landed_at,
        min(reporting_month) as first_reporting_month,
        max(reporting_month) as last_reporting_month
    from submissions
)

select * from final
