select avg(if(closing > 0, 1.0, 0.0)) from ends where year_ago > 0
