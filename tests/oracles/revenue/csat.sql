select count(*) filter (score in (4, 5)) / nullif(count(*), 0) from said where survey = 'csat'
