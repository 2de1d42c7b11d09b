select sum(score) / nullif(count(*), 0) from said where survey = 'ces'
